import { secondsOf, THRESHOLDS, type Duration } from '../thresholds.ts';
import { boundaryCases } from './boundary-cases.ts';
import { consumer, worker } from './jetstream-series.ts';
import type { RuleCase } from './rule-case.ts';
import { linked } from './linked.ts';
import { gone, hold, inTurn, rise } from './values.ts';

const alert = 'JetStreamRedeliveryRateHigh';
const { window, minDeliveries } = THRESHOLDS[alert];
const MODERATION = { consumer_name: 'moderation-worker' };
const SAMPLES = secondsOf(window) / 15;

/** So many that a single message makes no difference of a percent. */
const PER_SAMPLE = 4_000;

/** A steady share of repetitions, as the worker counts them: this many deliveries with every sample. */
const steady = (share: number, perSample = PER_SAMPLE, time: Duration = '30m') =>
  worker({
    first: rise(0, Math.round(perSample * (1 - share)), time),
    redelivered: rise(0, Math.round(perSample * share), time),
  });

/** The same, as the server counts. */
const served = (share: number, perSample = PER_SAMPLE) =>
  consumer({
    deliveries: rise(0, perSample, '30m'),
    redeliveries: rise(0, Math.round(perSample * share), '30m'),
  });

/** The second sample is the first that shows an increase. */
const SEEN_AT: Duration = '15s';

export const redeliveryRateCases: readonly RuleCase[] = [
  ...boundaryCases({ alert, series: steady, labels: MODERATION, seenAt: SEEN_AT, beside: oneOfThousands }),
  ...boundaryCases({
    alert,
    series: served,
    labels: MODERATION,
    seenAt: SEEN_AT,
    beside: oneOfThousands,
  }).map((each) => ({ ...each, name: `as the server counts, ${each.name}` })),
  {
    name: 'too few deliveries in the window say nothing, whatever the share; as soon as there are enough it fires',
    series: {
      ...worker({ consumer: 'few', ...shares(minDeliveries - 4) }),
      ...worker({ consumer: 'enough', ...shares(minDeliveries + 4) }),
    },
    expect: [
      { alert, severity: 'critical', at: '29m', firing: [{ severity: 'critical', consumer_name: 'enough' }] },
    ],
  },
  {
    name: 'the worse count is believed: a crash loop, of which workers count nothing',
    series: { ...served(0.4), ...steady(0) },
    expect: [{ alert, severity: 'critical', at: '10m', firing: [{ severity: 'critical', ...MODERATION }] }],
  },
  {
    name: 'a worker that is killed once repeats what it had, and pages nobody',
    series: worker({
      first: rise(0, 4, '30m'),
      redelivered: inTurn(hold(0, '5m'), hold(50, '25m')),
    }),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'the same as the server counts',
    series: consumer({
      deliveries: inTurn(rise(0, 4, '5m'), rise(130, 4, '25m')),
      redeliveries: inTurn(hold(0, '5m'), hold(50, '25m')),
    }),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'a worker that restarts, whose counters begin at zero again, is silent',
    series: worker({
      first: inTurn(rise(100_000, 40, '10m'), gone('30s'), rise(0, 40, '15m')),
      redelivered: inTurn(hold(5_000, '10m'), gone('30s'), hold(0, '15m')),
    }),
    quiet: [{ alert, until: '25m' }],
  },
  {
    name: 'shares of several workers of one consumer are taken together',
    series: {
      ...worker({ instance: 'w0', first: rise(0, 90, '30m'), redelivered: rise(0, 10, '30m') }),
      ...worker({ instance: 'w1', first: rise(0, 100, '30m'), redelivered: hold(0, '30m') }),
    },
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'fires while poison keeps coming and resolves after it has ended',
    series: worker({
      first: rise(0, 100, '50m'),
      redelivered: inTurn(hold(0, '5m'), rise(40, 40, '10m'), hold(1_640, '35m')),
    }),
    expect: [
      { alert, severity: 'critical', at: '14m', firing: [{ severity: 'critical', ...MODERATION }] },
      { alert, at: '30m' },
    ],
  },
  {
    name: 'one consumer of several, both severities',
    series: {
      ...worker({ consumer: 'voice-tracker', first: rise(0, 60, '30m'), redelivered: rise(0, 40, '30m') }),
      ...worker({ consumer: 'task-worker', first: rise(0, 90, '30m'), redelivered: rise(0, 10, '30m') }),
      ...worker({ first: rise(0, 100, '30m'), redelivered: hold(0, '30m') }),
    },
    expect: [
      {
        alert,
        at: '15m',
        firing: [
          { severity: 'warning', consumer_name: 'voice-tracker' },
          { severity: 'warning', consumer_name: 'task-worker' },
          { severity: 'critical', consumer_name: 'voice-tracker' },
        ],
      },
    ],
  },
  {
    name: 'no deliveries at all are no share',
    series: worker({ first: hold(0, '30m'), redelivered: hold(0, '30m') }),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'annotations',
    series: steady(0.25),
    wording: (['warning', 'critical'] as const).map((severity) => ({
      alert,
      at: '10m',
      labels: { severity, ...MODERATION },
      annotations: wording(THRESHOLDS[alert][severity].value),
    })),
  },
];

/** One message fewer and one more. */
function oneOfThousands(value: number): [number, number] {
  return [value - 1 / PER_SAMPLE, value + 1 / PER_SAMPLE];
}

/** This many deliveries in the window, half of them repeated. */
function shares(deliveries: number) {
  const perSample = deliveries / SAMPLES / 2;
  return { first: rise(0, perSample, '30m'), redelivered: rise(0, perSample, '30m') };
}

function wording(value: number) {
  return {
    summary: 'A consumer gets many messages more than once.',
    description: `25% of the deliveries to consumer moderation-worker in ${window} were repetitions; the limit is ${value * 100}%. First see whether handlers fail (worker_events_total by outcome), take longer than the ack wait (worker_handler_seconds), or workers crash (process_start_time_seconds).`,
    runbook_url:
      'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/JetStreamRedeliveryRateHigh.md',
    ...linked('delivery', 205, '&var-consumer=moderation-worker'),
  };
}
