import { COLORS } from '../colors.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { SPREAD_STYLES, spread } from './spread.ts';
import { rate, select, worstQuantile } from '../select.ts';

export function eventsPerSecond(place: Place) {
  return timeSeries({
    ...place,
    title: 'Events per second',
    shows:
      'Taken from Discord, stored in JetStream, and handled by workers. Types without a consumer are stored and not handled.',
    normal: 'taken and stored lie on each other; handled follows in the same shape.',
    otherwise:
      'stored below taken: NATS is slow or gone. Handled flat while stored moves: workers hang; see the backlog. All fall at once: shards are down.',
    unit: 'ops',
    lines: [
      ['taken', `sum(${rate(select('discord_shard_events_total'))})`],
      ['stored', `sum(${rate(select('discord_publish_seconds_count'))})`],
      ['handled', `sum(${rate(select('worker_events_total'))})`],
    ],
    styles: {
      taken: { color: COLORS.information },
      stored: { color: COLORS.good, dashed: true },
      handled: { color: COLORS.warning },
    },
  });
}

export function eventAge(place: Place) {
  const histogram = select('worker_event_age_seconds_bucket');
  return timeSeries({
    ...place,
    title: 'Age of events when handled',
    shows: 'From the gateway receiving an event to its handler being done: what users feel.',
    normal: 'half below 50 ms, 99% below a second.',
    otherwise:
      'with a backlog: workers do not keep up. Without one: handlers are slow; see handler time and REST on the delivery path. Interactions older than 3 s are dropped.',
    unit: 's',
    lines: [
      ...spread(histogram),
      ['99% of the slowest consumer', worstQuantile(0.99, histogram, 'consumer_name')],
    ],
    scale: 'log',
    styles: {
      ...SPREAD_STYLES,
      '99% of the slowest consumer': { color: COLORS.warning },
    },
  });
}
