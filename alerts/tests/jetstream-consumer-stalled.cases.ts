import { secondsOf, THRESHOLDS } from '../thresholds.ts';
import { consumer, type ConsumerStory } from './jetstream-series.ts';
import type { RuleCase } from './rule-case.ts';
import { linked } from './linked.ts';
import { gone, hold, inTurn, nothing, plus, repeated, rise } from './values.ts';

const alert = 'JetStreamConsumerStalled';
const { critical } = THRESHOLDS[alert];
const KEPT = secondsOf(critical.keepFiringFor) / 15;
const STALLED = {
  severity: 'critical',
  consumer_name: 'moderation-worker',
  stream_name: 'DISCORD_EVENTS',
} as const;

/** Nobody takes anything from the beginning. */
const still = {
  pending: rise(5, 5, '30m'),
  ackPending: hold(0, '30m'),
  delivered: hold(100, '30m'),
  ackFloor: hold(100, '30m'),
} satisfies ConsumerStory;

const silent = (name: string, story: ConsumerStory): RuleCase => ({
  name,
  series: consumer({ ...still, ...story }),
  quiet: [{ alert, until: '20m' }],
});

export const stalledCases: readonly RuleCase[] = [
  {
    name: 'messages wait and no worker is there: fires, and not one step earlier',
    series: consumer(still),
    expect: [
      { alert, at: plus(critical.for, -1), pending: [STALLED] },
      { alert, at: critical.for, firing: [STALLED] },
    ],
  },
  {
    name: 'a single message that nobody takes is enough',
    series: consumer({ ...still, pending: hold(1, '30m') }),
    expect: [{ alert, at: critical.for, firing: [STALLED] }],
  },
  {
    name: 'workers hang: all that they may have is taken and never acknowledged',
    series: consumer({ ...still, ackPending: hold(100, '30m') }),
    expect: [{ alert, at: critical.for, firing: [STALLED] }],
  },
  {
    name: 'repeating the same messages without an answer is no progress',
    series: consumer({ ...still, ackPending: hold(100, '30m'), deliveries: rise(100, 100, '30m') }),
    expect: [{ alert, at: critical.for, firing: [STALLED] }],
  },
  {
    name: 'an acknowledgement floor that sticks, as on old servers, hides no stall',
    series: consumer({ ...still, ackFloor: hold(7, '30m') }),
    expect: [{ alert, at: critical.for, firing: [STALLED] }],
  },
  silent('nothing waits: silent, however long nothing happens', { pending: hold(0, '30m') }),
  silent('a backlog that is worked off is silent', { delivered: rise(100, 1, '30m') }),
  silent('acknowledgements alone are progress', {
    ackFloor: rise(100, 1, '30m'),
    ackPending: hold(50, '30m'),
  }),
  silent('with a floor that sticks, fewer unanswered messages are progress', {
    ackPending: rise(200, -1, '30m'),
  }),
  silent('an idle consumer with a burst that has just begun is silent', {
    pending: repeated(10, hold(0, '90s'), hold(4_000, '30s')),
  }),
  silent('workers that restart for two minutes are silent', {
    pending: inTurn(hold(0, '2m'), rise(5, 5, '2m'), hold(0, '20m')),
    delivered: inTurn(rise(100, 5, '2m'), hold(135, '2m'), rise(200, 5, '20m')),
  }),
  silent('an exporter that was away for minutes is given time to see movement', {
    pending: inTurn(hold(50, '1m'), gone('5m'), hold(50, '20m')),
    delivered: inTurn(rise(100, 5, '1m'), gone('5m'), rise(400, 5, '20m')),
    ackPending: inTurn(hold(0, '1m'), gone('5m'), hold(0, '20m')),
    ackFloor: inTurn(hold(100, '1m'), gone('5m'), hold(100, '20m')),
  }),
  silent('a consumer that does not exist yet is silent', { pending: nothing('30m') }),
  {
    name: 'one consumer of several',
    series: { ...consumer({}), ...consumer({ consumer: 'task-worker', ...still }) },
    expect: [{ alert, at: '10m', firing: [{ severity: 'critical', consumer_name: 'task-worker' }] }],
  },
  {
    name: 'resolves soon after something is taken',
    series: consumer({ ...still, delivered: inTurn(hold(100, '10m'), rise(101, 5, '20m')) }),
    expect: [
      { alert, at: plus('10m', KEPT - 1), firing: [STALLED] },
      { alert, at: plus('10m', KEPT) },
    ],
  },
  {
    name: 'annotations',
    series: consumer({ ...still, pending: hold(42, '30m') }),
    wording: [
      {
        alert,
        at: '10m',
        labels: STALLED,
        annotations: {
          summary: 'Messages wait and no worker takes or acknowledges any.',
          description: `Consumer moderation-worker of stream DISCORD_EVENTS has 42 waiting messages, and for more than ${critical.for} none was taken or acknowledged. First see whether its workers run and are ready, then what they do: worker_in_flight at its ceiling means that handlers hang, at zero that nothing is pulled; a restart of the workers repeats what is unacknowledged and loses nothing.`,
          runbook_url:
            'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/JetStreamConsumerStalled.md',
          ...linked('jetstream', 102, '&var-stream=DISCORD_EVENTS&var-consumer=moderation-worker'),
        },
      },
    ],
  },
];
