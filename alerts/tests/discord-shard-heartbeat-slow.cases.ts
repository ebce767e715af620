import { THRESHOLDS } from '../thresholds.ts';
import { boundaryCases } from './boundary-cases.ts';
import type { RuleCase } from './rule-case.ts';
import { gateway } from './shard-series.ts';
import { linked } from './linked.ts';
import { gone, hold, plus, repeated, rise, inTurn } from './values.ts';

const alert = 'DiscordShardHeartbeatSlow';
const { warning, critical } = THRESHOLDS[alert];
const SLOW = critical.value + 1;
const FIRES = critical.for;
/** How long one beat's answer, or its absence, shows: until the next beat. */
const BEAT = '45s';

const oneShard = (heartbeat: string) => gateway({ shards: { 0: {}, 3: { heartbeat } } });

export const heartbeatSlowCases: readonly RuleCase[] = [
  ...boundaryCases({
    alert,
    series: (value) => oneShard(hold(value, '30m')),
    labels: { shard: '3' },
  }),
  {
    name: 'one beat that took long is silent',
    series: oneShard(inTurn(hold(0.1, '2m'), hold(SLOW, BEAT), hold(0.1, '20m'))),
    quiet: [{ alert, until: '22m' }],
  },
  {
    name: 'one connection that gets no answer and is replaced is silent',
    series: oneShard(inTurn(hold(0.1, '2m'), rise(1, 15, BEAT), hold(0.1, '20m'))),
    quiet: [{ alert, until: '22m' }],
  },
  {
    name: 'connections that get no answer, one after the other, fire although each new one looks well at first',
    series: oneShard(inTurn(hold(0.1, '2m'), repeated(10, rise(10, 15, BEAT), hold(0.1, '30s')))),
    expect: [{ alert, severity: 'critical', at: '6m', firing: [{ severity: 'critical', shard: '3' }] }],
  },
  {
    name: 'both severities fire for one shard, and another one has its own',
    series: gateway({
      shards: {
        0: {},
        3: { heartbeat: hold(SLOW, '30m') },
        7: { heartbeat: hold(warning.value + 1, '30m') },
      },
    }),
    expect: [
      {
        alert,
        at: '10m',
        firing: [
          { severity: 'warning', shard: '3' },
          { severity: 'warning', shard: '7' },
          { severity: 'critical', shard: '3' },
        ],
      },
    ],
  },
  {
    name: 'resolves once the worst of the window is over',
    series: oneShard(inTurn(hold(SLOW, '10m'), hold(0.1, '20m'))),
    expect: [
      { alert, severity: 'critical', at: '10m', firing: [{ severity: 'critical', shard: '3' }] },
      { alert, at: plus('10m', 5) },
    ],
  },
  {
    name: 'a shard without a beat yet has no series and is silent',
    series: gateway({ shards: { 0: {}, 3: { heartbeat: '_x120' } } }),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'a shard that is down is not slow: its latency grows and DiscordShardDown tells',
    series: gateway({
      shards: {
        0: {},
        3: {
          up: inTurn(hold(1, '2m'), hold(0, '28m')),
          heartbeat: inTurn(hold(0.1, '2m'), rise(0, 15, '28m')),
        },
      },
    }),
    quiet: [{ alert, until: '30m' }],
    expect: [{ alert: 'DiscordShardDown', at: '10m', firing: [{ severity: 'critical', shard: '3' }] }],
  },
  {
    name: 'of two processes with the same shard the better one counts',
    series: {
      ...gateway({ instance: 'old', shards: { 0: {}, 3: { heartbeat: hold(SLOW, '30m') } } }),
      ...gateway({ instance: 'new', shards: { 0: {}, 3: {} } }),
    },
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'a process that ends takes its alert along',
    series: gateway({
      shards: {
        0: {},
        3: { heartbeat: inTurn(hold(SLOW, '10m'), gone('20m')), up: inTurn(hold(1, '10m'), gone('20m')) },
      },
    }),
    expect: [
      { alert, severity: 'critical', at: '9m', firing: [{ severity: 'critical', shard: '3' }] },
      { alert, at: plus('10m', 6) },
    ],
  },
  {
    name: 'annotations',
    series: oneShard(hold(SLOW, '30m')),
    wording: [
      {
        alert,
        at: FIRES,
        labels: { severity: 'critical', job: 'gateway', shard: '3' },
        annotations: {
          summary: 'Discord acknowledges the heartbeats of a shard slowly or not at all.',
          description: `Heartbeats of shard 3 (job gateway) take ${SLOW}s, more than ${critical.value * 1000} ms for ${FIRES}. First compare shards: all of them points at Discord or the network, those of one gateway at its CPU or event loop.`,
          runbook_url:
            'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/DiscordShardHeartbeatSlow.md',
          ...linked('shards', 201, '&var-shard=3'),
        },
      },
    ],
  },
];
