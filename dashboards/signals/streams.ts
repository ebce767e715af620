import { COLORS } from '../colors.ts';
import { fromCell } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { table, WHICH_BOT } from '../panels/table.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { by, highest, IN_BOT, peak, select } from '../select.ts';

const PER_STREAM = by('stream_name');
/** More streams than this are not the bot's. */
const MOST_ROWS = 50;

export function streamTable(place: Place, ...matchers: readonly string[]) {
  const last = select('jetstream_stream_last_seq', ...matchers);
  const of = (name: string) =>
    `topk(${MOST_ROWS}, max ${PER_STREAM} (${select(`jetstream_stream_${name}`, ...matchers)}))`;
  return table({
    ...place,
    title: 'Streams now',
    normal: 'DISCORD_EVENTS moves; DISCORD_DEAD stays as it is.',
    otherwise: 'a stream is missing: gateways and workers make it when they start; see their logs.',
    exprs: [
      of('total_messages'),
      of('total_bytes'),
      `topk(${MOST_ROWS}, max ${PER_STREAM} (deriv(${last}[5m])))`,
    ],
    columns: [
      WHICH_BOT,
      {
        from: 'stream_name',
        title: 'Stream',
        links: [fromCell('Only this stream', 'jetstream', 'stream')],
      },
      { from: 'Value #A', title: 'Messages', unit: 'short' },
      { from: 'Value #B', title: 'Size', unit: 'bytes' },
      { from: 'Value #C', title: 'In', unit: 'ops' },
    ],
    sortBy: { title: 'Messages', descending: true },
    empty: 'The exporter reports no stream',
  });
}

/** @param count how many streams have a line of their own */
export function streamRoom(place: Place, count: number, ...matchers: readonly string[]) {
  const bytes = select('jetstream_stream_total_bytes', ...matchers);
  const limit = select('jetstream_stream_limit_bytes', ...matchers);
  return timeSeries({
    ...place,
    title: 'Streams, share of their size limit',
    shows: 'A full stream drops its oldest messages.',
    normal: 'anywhere: events are kept for a day or until the limit.',
    otherwise:
      'at 100% and a consumer with a backlog: its oldest events are about to be dropped. Give the stream more room.',
    unit: 'percentunit',
    lines: [
      [
        `{{stream_name}}${IN_BOT}`,
        highest(
          count,
          ['stream_name'],
          `max ${PER_STREAM} (${bytes}) / (max ${PER_STREAM} (${limit}) > 0)`,
          `max ${PER_STREAM} (${peak(bytes)})`,
        ),
      ],
    ],
    upTo: 1,
  });
}

export function streamReplicas(place: Place, ...matchers: readonly string[]) {
  return timeSeries({
    ...place,
    title: 'Copies that are missing',
    shows:
      'Copies that a stream should have and that are not up to date, over all streams; the worst stream.',
    normal: 'none; for a minute while a server restarts.',
    otherwise:
      'one: the next lost server may stop the stream. As many as there are copies less one: no majority, nothing is stored. See the NATS servers.',
    unit: 'short',
    lines: [
      [
        'most of one stream',
        `max(max ${PER_STREAM} (${select('jetstream_stream_replicas', ...matchers)}) - max ${PER_STREAM} (${select('jetstream_stream_replicas_current', ...matchers)}))`,
      ],
    ],
    upTo: 1,
    styles: { 'most of one stream': { color: COLORS.critical } },
  });
}
