import { COLORS } from '../colors.ts';
import { toLine } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { by, highest, IN_BOT, increase, peak, rate, select } from '../select.ts';
import { SPREAD_STYLES, spread } from './spread.ts';

export function handlerSeconds(place: Place, ...matchers: readonly string[]) {
  const histogram = select('worker_handler_seconds_bucket', ...matchers);
  return timeSeries({
    ...place,
    title: 'Handler time',
    shows: 'How long handlers take, whatever the outcome.',
    normal: 'well below a second; the ack wait of the consumer is the ceiling.',
    otherwise:
      'a slow service behind the handler, REST rate limits, or a busy event loop. Above the ack wait every message is delivered again.',
    unit: 's',
    lines: spread(histogram),
    scale: 'log',
    styles: SPREAD_STYLES,
  });
}

export function outcomes(place: Place, ...matchers: readonly string[]) {
  return timeSeries({
    ...place,
    title: 'Events by outcome',
    shows: 'ack: done. retry: again later. dead: dead letter. expired: too late to answer, dropped.',
    normal: 'ack, and next to nothing else.',
    otherwise: 'retry: see the worker’s log for what fails. expired: interactions wait too long.',
    unit: 'ops',
    lines: [['{{outcome}}', `sum by (outcome) (${rate(select('worker_events_total', ...matchers))})`]],
    styles: {
      ack: { color: COLORS.good },
      retry: { color: COLORS.warning },
      dead: { color: COLORS.critical },
      expired: { color: COLORS.other, dashed: true },
    },
  });
}

export function inFlight(place: Place, count: number, ...matchers: readonly string[]) {
  const now = select('worker_in_flight', ...matchers);
  return timeSeries({
    ...place,
    title: 'Events being handled',
    shows: 'By worker; the busiest ones.',
    normal: 'a few.',
    otherwise:
      'at its ceiling without deliveries: handlers hang. At zero with a backlog: the worker does not pull.',
    unit: 'short',
    lines: [
      [
        `{{consumer_name}} {{instance}}${IN_BOT}`,
        highest(
          count,
          ['consumer_name', 'instance'],
          `max ${by('consumer_name', 'instance')} (${now})`,
          `max ${by('consumer_name', 'instance')} (${peak(now)})`,
        ),
      ],
    ],
    dataLinks: [toLine('runtime', { instance: 'instance' })],
  });
}

export function renewals(place: Place, count: number, ...matchers: readonly string[]) {
  const counter = select('worker_consume_renewals_total', ...matchers);
  return timeSeries({
    ...place,
    title: 'Consumes renewed by the watchdog',
    shows: 'A worker noticed that messages wait for it and none came, and asked anew.',
    normal: 'none, or one a worker after NATS was restarted.',
    otherwise: 'again and again: the connection to NATS, or the consumer was deleted.',
    unit: 'short',
    lines: [
      [
        `{{consumer_name}}${IN_BOT}`,
        highest(
          count,
          ['consumer_name'],
          `sum ${by('consumer_name')} (${increase(counter)})`,
          `sum ${by('consumer_name')} (increase(${counter}[$__range] @ end()))`,
        ),
      ],
    ],
    bars: true,
    upTo: 1,
  });
}
