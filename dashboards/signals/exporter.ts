import { COLORS } from '../colors.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { by, IN_BOT, select } from '../select.ts';
import { SPREAD_STYLES, spread } from './spread.ts';

export function exporterHealth(place: Place) {
  return timeSeries({
    ...place,
    title: 'What the exporter cannot tell',
    shows:
      'NATS unreachable: 1 when JetStream did not answer. Missing: streams and consumers whose leader did not answer. Advisories: captured and not counted yet.',
    normal: 'all zero; advisories rise for a moment while many deliveries fail.',
    otherwise: 'figures of NATS are missing or late: see the NATS servers, then the exporter’s log.',
    unit: 'short',
    lines: [
      [`NATS unreachable${IN_BOT}`, `1 - min ${by()} (${select('jetstream_exporter_up')})`],
      [`missing {{kind}}${IN_BOT}`, `sum ${by('kind')} (${select('jetstream_exporter_missing')})`],
      [`advisories pending${IN_BOT}`, `max ${by()} (${select('jetstream_exporter_advisories_pending')})`],
    ],
    upTo: 1,
    styles: {
      'NATS unreachable': { color: COLORS.critical },
      'advisories pending': { color: COLORS.information },
    },
  });
}

export function collecting(place: Place) {
  const histogram = select('jetstream_exporter_collect_seconds_bucket');
  return timeSeries({
    ...place,
    title: 'Time to collect',
    normal: 'some milliseconds; about 30 ms with a thousand consumers.',
    otherwise: 'seconds: NATS is overloaded, or a leader is missing and requests run into their limit.',
    unit: 's',
    lines: spread(histogram),
    scale: 'log',
    styles: SPREAD_STYLES,
  });
}
