import { THRESHOLDS } from '../thresholds.ts';
import { boundaryCases } from './boundary-cases.ts';
import { consumer } from './jetstream-series.ts';
import type { RuleCase } from './rule-case.ts';
import { linked } from './linked.ts';
import { gone, hold, inTurn, plus, rise } from './values.ts';

const alert = 'JetStreamConsumerPendingHigh';
const { warning, critical } = THRESHOLDS[alert];
const beside = (value: number) => [value - 1, value + 1] as const;
const OF_MODERATION = { consumer_name: 'moderation-worker', stream_name: 'DISCORD_EVENTS' };

export const pendingHighCases: readonly RuleCase[] = [
  ...boundaryCases({
    alert,
    beside,
    series: (value) => consumer({ pending: hold(value, '30m'), ackPending: hold(0, '30m') }),
    labels: OF_MODERATION,
  }),
  {
    name: 'what is being worked on counts too: a worker that takes everything and finishes nothing',
    series: consumer({ pending: hold(0, '30m'), ackPending: hold(critical.value + 1, '30m') }),
    expect: [
      { alert, severity: 'critical', at: critical.for, firing: [{ severity: 'critical', ...OF_MODERATION }] },
    ],
  },
  {
    name: 'a burst that the workers absorb is silent',
    series: consumer({
      pending: inTurn(hold(0, '2m'), hold(50_000, '45s'), rise(9_000, -500, '4m'), hold(0, '20m')),
    }),
    quiet: [{ alert, until: '25m' }],
  },
  {
    name: 'a backlog that swings about the limit stays one alert',
    series: consumer({
      pending: inTurn(hold(2_000, '10m'), hold(900, '4m'), hold(2_000, '4m'), hold(0, '12m')),
    }),
    unbroken: [{ alert, from: warning.for, until: '22m' }],
    expect: [{ alert, at: plus('18m', 25) }],
  },
  {
    name: 'one consumer of several, both severities',
    series: {
      ...consumer({ consumer: 'voice-tracker', pending: hold(20_000, '30m') }),
      ...consumer({}),
      ...consumer({ consumer: 'task-worker', pending: hold(2_000, '30m') }),
    },
    expect: [
      {
        alert,
        at: '10m',
        firing: [
          { severity: 'warning', consumer_name: 'voice-tracker' },
          { severity: 'warning', consumer_name: 'task-worker' },
          { severity: 'critical', consumer_name: 'voice-tracker' },
        ],
      },
    ],
  },
  {
    name: 'without figures, as when NATS is gone, it is silent',
    series: consumer({ pending: inTurn(hold(20_000, '1m'), gone('20m')) }),
    quiet: [{ alert, until: '20m' }],
  },
  {
    name: 'two exporters that see the same consumer are not added up',
    series: {
      ...consumer({ pending: hold(600, '30m') }),
      'jetstream_consumer_num_pending{job="exporter",instance="e1",stream_name="DISCORD_EVENTS",consumer_name="moderation-worker"}':
        hold(600, '30m'),
    },
    quiet: [{ alert, until: '20m' }],
  },
  {
    name: 'annotations',
    series: consumer({ namespace: 'bots', pending: hold(12_345, '30m'), ackPending: hold(100, '30m') }),
    wording: [
      {
        alert,
        at: critical.for,
        labels: { severity: 'critical', namespace: 'bots', ...OF_MODERATION },
        annotations: {
          summary: 'Workers do not keep up with a consumer.',
          description: `Consumer moderation-worker of stream DISCORD_EVENTS in namespace bots has 12445 messages that wait or are being worked on, more than ${critical.value} for ${critical.for}. First see whether its workers run and how long handlers take (worker_handler_seconds): more workers help against many events, not against a slow or refusing service behind the handler.`,
          runbook_url:
            'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/JetStreamConsumerPendingHigh.md',
          ...linked(
            'jetstream',
            101,
            '&var-stream=DISCORD_EVENTS&var-consumer=moderation-worker&var-namespace=bots',
          ),
        },
      },
    ],
  },
];
