import { secondsOf, THRESHOLDS } from '../thresholds.ts';
import { consumer } from './jetstream-series.ts';
import type { RuleCase } from './rule-case.ts';
import { linked } from './linked.ts';
import { gone, hold, inTurn, nothing, plus, rise } from './values.ts';

const alert = 'DeadLettersArriving';
const { warning, window } = THRESHOLDS[alert];

const letters = (values: string, consumerName = 'moderation-worker', instance = 'w0') => ({
  [`worker_dead_letters_total{job="worker",instance="${instance}",consumer_name="${consumerName}",path="worker",payload="present"}`]:
    values,
});
const stream = (values: string) => ({
  'jetstream_stream_last_seq{job="exporter",instance="e0",stream_name="DISCORD_DEAD"}': values,
});
const OF_MODERATION = { severity: 'warning', consumer_name: 'moderation-worker' } as const;
const OF_STREAM = { severity: 'warning', stream_name: 'DISCORD_DEAD' } as const;
const ENDS = secondsOf(window) / 15 + secondsOf(warning.keepFiringFor) / 15;

export const deadLetterCases: readonly RuleCase[] = [
  {
    name: 'the very first dead letter fires, for its consumer, at once',
    series: {
      ...letters(inTurn(hold(0, '2m'), hold(1, '60m'))),
      ...letters(hold(0, '60m'), 'voice-tracker'),
      ...stream(inTurn(hold(0, '2m'), hold(1, '60m'))),
    },
    expect: [
      { alert, at: plus('2m', -1) },
      { alert, at: '2m', firing: [OF_MODERATION] },
    ],
  },
  {
    name: 'goes on for a while, so that a trickle is one ticket, then resolves',
    series: letters(inTurn(hold(0, '2m'), hold(1, '20m'), hold(2, '60m'))),
    unbroken: [{ alert, from: '2m', until: '40m' }],
    expect: [{ alert, at: plus('22m', ENDS + 2) }],
  },
  {
    name: 'none: silent, however many there are from before',
    series: { ...letters(hold(500, '30m')), ...stream(hold(500, '30m')) },
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'a worker that restarts, whose counter begins at zero again, is silent',
    series: letters(inTurn(hold(500, '10m'), gone('30s'), hold(0, '19m'))),
    quiet: [{ alert, until: '29m' }],
  },
  {
    name: 'a letter whose worker died before its counter was read is seen in the stream',
    series: { ...letters(hold(0, '30m')), ...stream(inTurn(hold(7, '5m'), hold(8, '25m'))) },
    expect: [{ alert, at: '5m', firing: [OF_STREAM] }],
  },
  {
    name: 'a message that the server gave up while no worker lives is seen by the exporter',
    series: {
      ...consumer({ maxDeliveries: inTurn(hold(0, '5m'), hold(1, '25m')) }),
      ...stream(hold(0, '30m')),
    },
    expect: [{ alert, at: '5m', firing: [OF_MODERATION] }],
  },
  {
    name: 'a purge of the stream, and replaying what was in it, is silent',
    series: { ...stream(hold(40, '30m')), ...letters(hold(40, '30m')) },
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'a stream that is made anew begins at zero and is silent',
    series: stream(inTurn(hold(40, '5m'), gone('30s'), hold(0, '20m'))),
    quiet: [{ alert, until: '20m' }],
  },
  {
    name: 'an exporter that comes later and finds old letters is silent',
    series: stream(inTurn(nothing('5m'), hold(40, '20m'))),
    quiet: [{ alert, until: '20m' }],
  },
  {
    name: 'several consumers, each with its own',
    series: {
      ...letters(rise(0, 2, '30m')),
      ...letters(rise(0, 1, '30m'), 'voice-tracker'),
      ...letters(hold(0, '30m'), 'task-worker'),
    },
    expect: [
      { alert, at: '10m', firing: [OF_MODERATION, { severity: 'warning', consumer_name: 'voice-tracker' }] },
    ],
  },
  {
    name: 'annotations: of a consumer',
    series: letters(rise(0, 2, '30m')),
    wording: [
      {
        alert,
        at: '20m',
        labels: OF_MODERATION,
        annotations: wording('80 new in 10m, of consumer moderation-worker.', 'moderation-worker'),
      },
    ],
  },
  {
    name: 'annotations: of the stream',
    series: stream(inTurn(hold(7, '5m'), hold(10, '25m'))),
    wording: [
      {
        alert,
        at: '6m',
        labels: OF_STREAM,
        annotations: wording('3 new in 10m, in stream DISCORD_DEAD.', ''),
      },
    ],
  },
];

function wording(what: string, consumerName: string) {
  return {
    summary: 'Events could not be handled and became dead letters.',
    description: `${what} First look at what they have in common: npm run dlq -- list; replay them once the cause is mended.`,
    runbook_url: 'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/DeadLettersArriving.md',
    ...linked('delivery', 206, `&var-consumer=${consumerName}`),
  };
}
