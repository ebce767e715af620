import { secondsOf, THRESHOLDS, type Duration } from '../thresholds.ts';
import type { RuleCase } from './rule-case.ts';
import { from, gateway, throughout, until, type ShardStory } from './shard-series.ts';
import { linked } from './linked.ts';
import { gone, hold, inTurn, nothing, plus, repeated } from './values.ts';

const alert = 'DiscordShardDown';
const { critical, window, memory, unowned } = THRESHOLDS[alert];
const DOWN_AT: Duration = '2m';
const FIRES_AT: Duration = `${secondsOf(DOWN_AT) + secondsOf(window) / 2 + secondsOf(critical.for)}s`;
/** Longer than what is gone is remembered. */
const LATER = plus(memory, 4 * 30);

const single = (shard: string) => ({ severity: 'critical', scope: 'shard', shard }) as const;
const FLEET = { severity: 'critical', scope: 'fleet' } as const;
const GONE = until(DOWN_AT, LATER);
const outage: ShardStory = { up: inTurn(hold(1, DOWN_AT), hold(0, '10m'), hold(1, '18m')) };
const crashing: ShardStory = { up: inTurn(hold(1, DOWN_AT), repeated(20, gone('30s'), hold(0, '30s'))) };

/** The bot as a whole: nothing is up, or nobody has the shards. */
export const fleetDownCases: readonly RuleCase[] = [
  {
    name: 'all shards down, as when NATS or Discord is gone, is one alert, and none a shard',
    series: gateway({ shards: { 0: outage, 1: outage, 2: outage } }),
    expect: [
      { alert, at: plus(FIRES_AT, -1), pending: [FLEET] },
      { alert, at: FIRES_AT, firing: [FLEET] },
      { alert, at: '20m' },
    ],
  },
  {
    name: 'all gateways gone is one alert, and stays one when nothing is remembered any more',
    series: gateway({ shards: { 0: GONE, 1: GONE }, configured: inTurn(hold(2, DOWN_AT), gone(LATER)) }),
    expect: [
      { alert, at: FIRES_AT, firing: [FLEET] },
      { alert, at: LATER, firing: [FLEET] },
    ],
    unbroken: [{ alert, from: FIRES_AT, until: LATER }],
  },
  {
    name: 'the shards of a killed gateway, after they are forgotten, are still missed, without a break',
    series: {
      ...gateway({
        instance: 'g0',
        shards: { 0: throughout(LATER), 1: throughout(LATER) },
        configured: hold(4, LATER),
      }),
      ...gateway({
        instance: 'g1',
        shards: { 2: GONE, 3: GONE },
        configured: inTurn(hold(4, DOWN_AT), gone(LATER)),
      }),
    },
    expect: [
      { alert, at: memory, firing: [single('2'), single('3')] },
      { alert, at: LATER, firing: [FLEET] },
    ],
    unbroken: [{ alert, from: FIRES_AT, until: LATER }],
  },
  {
    name: 'a gateway that crashes over and over before its shards are up fires',
    series: gateway({
      shards: { 0: crashing, 1: crashing },
      configured: inTurn(hold(2, DOWN_AT), repeated(20, gone('30s'), hold(2, '30s'))),
    }),
    expect: [{ alert, at: FIRES_AT, firing: [FLEET] }],
    unbroken: [{ alert, from: FIRES_AT, until: '20m' }],
  },
  {
    name: 'a restart of the only gateway is silent',
    series: {
      ...gateway({
        instance: 'old',
        shards: { 0: until('2m') },
        configured: inTurn(hold(1, '2m'), gone('25m')),
      }),
      ...gateway({
        instance: 'new',
        shards: { 0: from('3m') },
        configured: inTurn(nothing('3m'), hold(1, '25m')),
      }),
    },
    quiet: [{ alert, until: '20m' }],
  },
  {
    name: 'no gateway was ever seen: fires for the job',
    series: { 'up{job="other"}': hold(1, '10m') },
    expect: [
      { alert, at: plus(critical.for, -1), pending: [{ ...FLEET, job: 'gateway' }] },
      { alert, at: critical.for, firing: [{ ...FLEET, job: 'gateway' }] },
    ],
  },
  {
    name: 'fewer gateways than the shards need fire, once it is clear that this is no start',
    series: gateway({ shards: { 0: {}, 1: {} }, configured: hold(8, '30m') }),
    expect: [
      { alert, at: unowned, pending: [FLEET] },
      { alert, at: plus(unowned, secondsOf(critical.for) / 15), firing: [FLEET] },
    ],
  },
  {
    name: 'gateways that start one after the other over twenty minutes are silent',
    series: Object.assign(
      {},
      ...[0, 4, 8, 12, 16].map((minute) => {
        const id = minute / 4;
        return gateway({
          instance: `g${id}`,
          shards: { [id]: minute === 0 ? {} : from(`${minute}m`) },
          configured: inTurn(nothing(`${minute}m`), hold(5, '30m')),
        });
      }),
    ) as RuleCase['series'],
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'annotations: nothing is up, and shards without a gateway',
    series: {
      ...gateway({ namespace: 'a', shards: { 0: { up: hold(0, '30m') } } }),
      ...gateway({ namespace: 'b', shards: { 0: {} }, configured: hold(4, '30m') }),
    },
    wording: [
      {
        alert,
        at: '5m',
        labels: { ...FLEET, job: 'gateway', namespace: 'a' },
        annotations: wording('No shard at all is up (job gateway in namespace a).', '&var-namespace=a'),
      },
    ],
  },
  {
    name: 'annotations: shards without a gateway',
    series: gateway({ shards: { 0: {} }, configured: hold(4, '30m') }),
    wording: [
      {
        alert,
        at: '20m',
        labels: { ...FLEET, job: 'gateway' },
        annotations: wording('3 shards are in no gateway (job gateway).'),
      },
    ],
  },
];

function wording(what: string, place = '') {
  return {
    summary: 'Shards of the bot have no gateway, or none of them is up.',
    description: `${what} First see how many gateways run and how many should; then whether they reach Discord and NATS.`,
    runbook_url: 'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/DiscordShardDown.md',
    ...linked('shards', 103, place),
  };
}
