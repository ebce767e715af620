import { COLORS } from '../colors.ts';
import { toLine } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { highest, IN_BOT, increase, peak, select } from '../select.ts';
import { SPREAD_STYLES, spread } from './spread.ts';

export function publishSeconds(place: Place) {
  const histogram = select('discord_publish_seconds_bucket');
  return timeSeries({
    ...place,
    title: 'Time to store an event',
    shows: 'From sending a dispatch to JetStream’s acknowledgement, retries included.',
    normal: 'a few milliseconds.',
    otherwise:
      'tens of milliseconds: NATS’s disk or a missing copy. Seconds: NATS is away, and events are sent again.',
    unit: 's',
    lines: spread(histogram),
    scale: 'log',
    styles: SPREAD_STYLES,
  });
}

/** @param count how many gateways have a line of their own */
export function publishPending(place: Place, count: number) {
  const pending = select('discord_publish_pending');
  return timeSeries({
    ...place,
    title: 'Events that wait for an acknowledgement',
    shows: 'The window of each gateway; the fullest ones.',
    normal: 'a handful.',
    otherwise:
      'at the window’s size shards close resumably and wait: Discord sends what they miss again once NATS is back.',
    unit: 'short',
    lines: [[`{{instance}}${IN_BOT}`, highest(count, ['instance'], pending, peak(pending))]],
    dataLinks: [toLine('runtime', { instance: 'instance' })],
  });
}

export function publishFailures(place: Place) {
  return timeSeries({
    ...place,
    title: 'Refused and repeated publishes',
    shows: 'Refused: tried again. Duplicates: stored already, dropped by their message id.',
    normal: 'none; duplicates for a moment after a gateway was killed.',
    otherwise: 'refused again and again: the stream is full, lacks a majority, or is missing.',
    unit: 'short',
    lines: [
      ['refused', `sum(${increase(select('discord_publish_failures_total'))})`],
      ['duplicates', `sum(${increase(select('discord_publish_duplicates_total'))})`],
    ],
    bars: true,
    upTo: 1,
    styles: { refused: { color: COLORS.critical }, duplicates: { color: COLORS.information } },
  });
}
