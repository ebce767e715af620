import { THRESHOLDS } from '../thresholds.ts';
import { boundaryCases } from './boundary-cases.ts';
import type { RuleCase } from './rule-case.ts';
import { gateway } from './shard-series.ts';
import { linked } from './linked.ts';
import { hold, repeated, rise, inTurn } from './values.ts';

const alert = 'DiscordShardEventGap';
const { warning, critical } = THRESHOLDS[alert];
const DEAF = critical.value + 60;

const oneShard = (gap: string, rest: { up?: string; guilds?: string } = {}) =>
  gateway({ shards: { 0: {}, 3: { gap, ...rest } } });

export const eventGapCases: readonly RuleCase[] = [
  ...boundaryCases({ alert, series: (value) => oneShard(hold(value, '30m')), labels: { shard: '3' } }),
  {
    name: 'a shard that hears nothing from minute 2 on: warning after 60 to 75 s, critical after 120 to 135 s',
    // The last event came just after the scrape at 2m: the worst case.
    series: oneShard(inTurn(hold(2, '2m'), rise(0, 15, '20m'))),
    expect: [
      { alert, severity: 'warning', at: '180s', firing: [] },
      { alert, severity: 'warning', at: '195s', firing: [{ severity: 'warning', shard: '3' }] },
      { alert, severity: 'critical', at: '240s', firing: [] },
      { alert, severity: 'critical', at: '255s', firing: [{ severity: 'critical', shard: '3' }] },
    ],
  },
  {
    name: 'a deaf shard that is reconnected every half minute without effect fires all the same',
    series: oneShard(inTurn(hold(2, '2m'), rise(0, 15, '20m')), {
      up: inTurn(hold(1, '2m'), repeated(16, hold(1, '45s'), '0')),
    }),
    expect: [
      { alert, severity: 'warning', at: '195s', firing: [{ severity: 'warning', shard: '3' }] },
      { alert, severity: 'critical', at: '255s', firing: [{ severity: 'critical', shard: '3' }] },
    ],
  },
  {
    name: 'a deaf shard that is heard for a moment with each new session: a ticket from the first on, a page from the second',
    series: oneShard(
      inTurn(hold(2, '2m'), rise(0, 15, '90s'), rise(0, 15, '3m'), rise(0, 15, '6m'), rise(0, 15, '12m')),
    ),
    unbroken: [{ alert, from: '195s', until: '24m' }],
    expect: [
      { alert, severity: 'critical', at: '330s', firing: [] },
      { alert, severity: 'critical', at: '345s', firing: [{ severity: 'critical', shard: '3' }] },
    ],
  },
  {
    name: 'a quiet night, in which only probes are answered, is silent',
    series: oneShard(repeated(60, '5 20')),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'a shard without guilds hears nothing and is silent',
    series: oneShard(rise(0, 15, '30m'), { guilds: hold(0, '30m') }),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'a shard whose guilds nobody knows yet is not taken for one without',
    series: oneShard(hold(DEAF, '30m'), { guilds: '_x120' }),
    expect: [{ alert, severity: 'critical', at: '1m', firing: [{ severity: 'critical', shard: '3' }] }],
  },
  {
    name: 'a shard that was quiet before it went down is silent: DiscordShardDown tells',
    series: oneShard(inTurn(hold(2, '2m'), rise(20, 15, '28m')), {
      up: inTurn(hold(1, '2m'), hold(0, '28m')),
    }),
    quiet: [{ alert, until: '30m' }],
    expect: [{ alert: 'DiscordShardDown', at: '10m', firing: [{ severity: 'critical', shard: '3' }] }],
  },
  {
    name: 'a shard that comes back after minutes, scraped before its first event, is silent',
    series: oneShard(inTurn(hold(2, '2m'), rise(15, 15, '5m'), `${critical.value * 3}`, hold(1, '10m')), {
      up: inTurn(hold(1, '2m'), hold(0, '5m'), hold(1, '11m')),
    }),
    quiet: [{ alert, until: '17m' }],
  },
  {
    name: 'one shard of many, warning only: the others stay silent',
    series: gateway({ shards: { 0: {}, 1: {}, 2: {}, 3: { gap: hold(warning.value + 1, '30m') } } }),
    expect: [{ alert, at: '5m', firing: [{ severity: 'warning', shard: '3' }] }],
  },
  {
    name: 'both severities at once, and another shard with a warning of its own',
    series: gateway({
      shards: { 0: {}, 3: { gap: hold(DEAF, '30m') }, 7: { gap: hold(warning.value + 1, '30m') } },
    }),
    expect: [
      {
        alert,
        at: '5m',
        firing: [
          { severity: 'warning', shard: '3' },
          { severity: 'warning', shard: '7' },
          { severity: 'critical', shard: '3' },
        ],
      },
    ],
  },
  {
    name: 'a shard that was never ready has no gap and is silent',
    series: oneShard('_x120'),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'of two bots each has its shard 3, by namespace',
    series: {
      ...gateway({ namespace: 'a', shards: { 0: {}, 3: { gap: hold(DEAF, '30m') } } }),
      ...gateway({ namespace: 'b', shards: { 0: {}, 3: {} } }),
    },
    expect: [
      {
        alert,
        severity: 'critical',
        at: '5m',
        firing: [{ severity: 'critical', namespace: 'a', shard: '3' }],
      },
    ],
  },
  {
    name: 'annotations',
    series: oneShard(hold(DEAF, '30m')),
    wording: [
      {
        alert,
        at: '0s',
        labels: { severity: 'critical', job: 'gateway', shard: '3' },
        annotations: {
          summary: 'A shard is connected but gets no events: it is deaf.',
          description: `Shard 3 (job gateway) has had no event and no answer to a probe for 3m 0s; the limit is ${critical.value} s. First look whether the gateway reconnects it (discord_shard_closes_total); if it does not or that does not help, restart that gateway: the session is resumed.`,
          runbook_url:
            'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/DiscordShardEventGap.md',
          ...linked('shards', 202, '&var-shard=3'),
        },
      },
    ],
  },
];
