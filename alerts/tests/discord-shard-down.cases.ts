import { secondsOf, THRESHOLDS, type Duration } from '../thresholds.ts';
import type { RuleCase } from './rule-case.ts';
import { from, gateway, until, type ShardStory } from './shard-series.ts';
import { linked } from './linked.ts';
import { gone, hold, inTurn, nothing, plus, repeated } from './values.ts';

const alert = 'DiscordShardDown';
const { critical, window } = THRESHOLDS[alert];
const DOWN_AT: Duration = '2m';
/** A shard that goes down counts as down once it was for more than half of the window. */
const FIRES_AT: Duration = `${secondsOf(DOWN_AT) + secondsOf(window) / 2 + secondsOf(critical.for)}s`;

const single = (shard: string) => ({ severity: 'critical', scope: 'shard', shard }) as const;
const downFor = (time: Duration) => inTurn(hold(1, DOWN_AT), hold(0, time), hold(1, '20m'));
const down: ShardStory = { up: inTurn(hold(1, DOWN_AT), hold(0, '28m')) };

/** Shards by their number, while others are up. */
export const shardDownCases: readonly RuleCase[] = [
  {
    name: 'one shard of many that does not come back fires, and not one step earlier',
    series: gateway({ shards: { 0: {}, 1: {}, 2: {}, 3: down } }),
    expect: [
      { alert, at: plus(FIRES_AT, -1), pending: [single('3')] },
      { alert, at: FIRES_AT, firing: [single('3')] },
      { alert, at: '20m', firing: [single('3')] },
    ],
  },
  ...(['15s', '60s', '105s'] as const).map((time): RuleCase => ({
    name: `a shard that is away for ${time} is silent`,
    series: gateway({ shards: { 0: {}, 3: { up: downFor(time) } } }),
    quiet: [{ alert, until: '20m' }],
  })),
  {
    name: 'once the shard is back the alert goes on for a while, then resolves',
    series: gateway({ shards: { 0: {}, 3: { up: downFor('10m') } } }),
    expect: [
      { alert, at: '12m', firing: [single('3')] },
      { alert, at: plus('12m', secondsOf(critical.keepFiringFor) / 15), firing: [single('3')] },
      { alert, at: plus('13m', secondsOf(critical.keepFiringFor) / 15) },
    ],
  },
  {
    name: 'a shard that comes and goes, mostly down, fires; one that is mostly up does not',
    series: gateway({
      shards: {
        0: {},
        3: { up: inTurn(hold(1, DOWN_AT), repeated(10, hold(0, '60s'), hold(1, '15s'))) },
        7: { up: inTurn(hold(1, DOWN_AT), repeated(10, hold(1, '60s'), hold(0, '15s'))) },
      },
    }),
    expect: [{ alert, at: '12m', firing: [single('3')] }],
  },
  {
    name: 'a gateway that is killed and kept down fires for each of its shards while another one lives',
    series: {
      ...gateway({ instance: 'g0', shards: { 0: {}, 1: {} }, configured: hold(4, '30m') }),
      ...gateway({
        instance: 'g1',
        shards: { 2: until(DOWN_AT), 3: until(DOWN_AT) },
        configured: inTurn(hold(4, DOWN_AT), gone('20m')),
      }),
    },
    expect: [
      { alert, at: plus(FIRES_AT, -1), pending: [single('2'), single('3')] },
      { alert, at: FIRES_AT, firing: [single('2'), single('3')] },
    ],
  },
  {
    name: 'a shard that another process takes over is silent',
    series: {
      ...gateway({ instance: 'old', shards: { 0: {}, 3: until('5m') } }),
      ...gateway({
        instance: 'new',
        shards: { 3: from('4m') },
        configured: inTurn(nothing('4m'), hold(2, '26m')),
      }),
    },
    quiet: [{ alert, until: '20m' }],
  },
  {
    name: 'of two processes with the same shard it is enough that one has it up',
    series: {
      ...gateway({ instance: 'old', shards: { 0: {}, 3: down } }),
      ...gateway({ instance: 'new', shards: { 3: {} }, configured: hold(2, '30m') }),
    },
    quiet: [{ alert, until: '20m' }],
  },
  {
    name: 'a start in which shards identify one after the other is silent, however long it takes',
    series: gateway({ shards: slowStart(40) }),
    quiet: [{ alert, until: '12m' }],
  },
  {
    name: 'a shard that is left waiting when the others are up fires',
    series: gateway({ shards: { ...slowStart(8), 99: { up: hold(0, '30m'), identifying: hold(1, '30m') } } }),
    expect: [
      { alert, at: '3m' },
      { alert, at: '6m', firing: [single('99')] },
    ],
  },
  {
    name: 'when the bot is split into fewer shards, the numbers that are gone are silent',
    series: {
      ...gateway({
        instance: 'old',
        shards: fleet(8, until('5m')),
        configured: inTurn(hold(8, '5m'), gone('25m')),
      }),
      ...gateway({
        instance: 'new',
        shards: fleet(4, from('6m')),
        configured: inTurn(nothing('6m'), hold(4, '24m')),
      }),
    },
    quiet: [{ alert, until: '25m' }],
  },
  {
    name: 'of two bots each has its shard 3, by namespace',
    series: {
      ...gateway({ namespace: 'a', shards: { 0: {}, 3: down } }),
      ...gateway({ namespace: 'b', shards: { 0: {}, 3: {} } }),
    },
    expect: [{ alert, at: '10m', firing: [{ ...single('3'), namespace: 'a' }] }],
  },
  {
    name: 'annotations',
    series: gateway({ namespace: 'bots', shards: { 0: {}, 3: down } }),
    wording: [
      {
        alert,
        at: '10m',
        labels: { ...single('3'), job: 'gateway', namespace: 'bots' },
        annotations: {
          summary: 'A shard is down: the guilds on it get no answer.',
          description: `Shard 3 of job gateway in namespace bots has not been up for ${critical.for}, while others are. First see whether its gateway runs and what its log says about this shard; then discord_shard_state and discord_session_starts_remaining.`,
          runbook_url:
            'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/DiscordShardDown.md',
          ...linked('shards', 103, '&var-shard=3&var-namespace=bots'),
        },
      },
    ],
  },
];

function fleet(count: number, story: ShardStory): Record<number, ShardStory> {
  return Object.fromEntries(Array.from({ length: count }, (_, id) => [id, story]));
}

/** One shard gets up with every scrape; until then it waits for its turn. */
function slowStart(shards: number): Record<number, ShardStory> {
  return Object.fromEntries(
    Array.from({ length: shards }, (_, id) => {
      const waiting = `${(id + 1) * 15}s` as const;
      return [
        id,
        {
          up: inTurn(hold(0, waiting), hold(1, '30m')),
          identifying: inTurn(hold(1, waiting), hold(0, '30m')),
        },
      ];
    }),
  );
}
