import { showValue } from '../../alerts/thresholds.ts';
import type { DashboardSettings } from '../dashboard.ts';
import { toLine } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { withRunbook } from '../panels/with-runbook.ts';
import { by, highest, IN_BOT, peak, select } from '../select.ts';

/** What tells consumers apart. */
export const CONSUMER = ['stream_name', 'consumer_name'];
/** Where room is short: two consumers of one name count as the worse of them. */
export const CONSUMER_NAME = ['consumer_name'];
/** Label -> variable of the dashboard about consumers. */
const VARIABLES: Readonly<Record<string, string>> = { stream_name: 'stream', consumer_name: 'consumer' };
const WHOLE_RANGE = '[$__range] @ end()';

/**
 * @param count how many consumers have a line of their own
 * @param labels that tell them apart
 */
export function backlog(
  settings: DashboardSettings,
  place: Place,
  count: number,
  labels: readonly string[],
  ...matchers: readonly string[]
) {
  const limits = settings.thresholds.JetStreamConsumerPendingHigh;
  const of = `max ${by(...labels)}`;
  const pending = select('jetstream_consumer_num_pending', ...matchers);
  const unanswered = select('jetstream_consumer_num_ack_pending', ...matchers);
  return timeSeries({
    ...withRunbook(place, settings, 'JetStreamConsumerPendingHigh'),
    title: 'Backlog by consumer',
    shows: 'Messages that wait or are being worked on.',
    normal: 'near zero; a burst is gone within minutes.',
    otherwise: `above ${limits.warning.value} for ${limits.warning.for} workers do not keep up. See whether they run, then how long handlers take: more workers help against many events, not against a slow service behind the handler.`,
    unit: 'short',
    lines: [
      [
        `${labels.map((name) => `{{${name}}}`).join(' / ')}${IN_BOT}`,
        highest(
          count,
          labels,
          `(${of} (${pending}) + ${of} (${unanswered}))`,
          `${of} (${peak(pending)}) + ${of} (${peak(unanswered)})`,
        ),
      ],
    ],
    limits,
    scale: 'log',
    upTo: limits.critical.value,
    longNames: labels.length > 1,
    dataLinks: [toLine('jetstream', Object.fromEntries(labels.map((name) => [VARIABLES[name], name])))],
  });
}

/** @param count how many consumers have a line of their own */
export function redelivery(
  settings: DashboardSettings,
  place: Place,
  count: number,
  ...matchers: readonly string[]
) {
  const limits = settings.thresholds.JetStreamRedeliveryRateHigh;
  const { window, minDeliveries } = limits;
  const all = select('worker_deliveries_total', ...matchers);
  const repeated = select('worker_deliveries_total', ...matchers, 'redelivered="true"');
  return timeSeries({
    ...withRunbook(place, settings, 'JetStreamRedeliveryRateHigh'),
    title: 'Repeated deliveries',
    shows: `Share of a consumer's deliveries over ${window}, as workers count them; of consumers with at least ${minDeliveries}.`,
    normal: 'next to nothing; a killed worker repeats its few messages once.',
    otherwise: `above ${showValue(limits.warning.value, limits.unit)} handlers fail, take longer than the ack wait, or workers crash: see outcomes and handler time of that consumer.`,
    unit: 'percentunit',
    lines: [
      [
        `{{consumer_name}}${IN_BOT}`,
        highest(
          count,
          ['consumer_name'],
          `${added(repeated, `[${window}]`)} / (${added(all, `[${window}]`)} >= ${minDeliveries})`,
          added(repeated, WHOLE_RANGE),
        ),
      ],
    ],
    limits,
    upTo: limits.critical.value,
    dataLinks: [toLine('delivery', { consumer: 'consumer_name' })],
  });
}

/** @param count how many consumers have bars of their own */
export function deadLetters(
  settings: DashboardSettings,
  place: Place,
  count: number,
  ...matchers: readonly string[]
) {
  const { window } = settings.thresholds.DeadLettersArriving;
  const letters = select('worker_dead_letters_total', ...matchers);
  return timeSeries({
    ...withRunbook(place, settings, 'DeadLettersArriving'),
    title: 'Dead letters',
    shows: `New ones within ${window}, by the consumer whose events they are.`,
    normal: 'none.',
    otherwise:
      'each is an event that was not handled and waits in the DISCORD_DEAD stream. `npm run dlq -- list` shows what they have in common; replay them once the cause is mended.',
    unit: 'short',
    lines: [
      [
        `{{consumer_name}}${IN_BOT}`,
        highest(count, ['consumer_name'], added(letters, `[${window}]`), added(letters, WHOLE_RANGE)),
      ],
    ],
    upTo: 1,
    stacked: true,
    dataLinks: [toLine('delivery', { consumer: 'consumer_name' })],
  });
}

function added(counter: string, range: string): string {
  return `sum ${by('consumer_name')} (increase(${counter}${range}))`;
}
