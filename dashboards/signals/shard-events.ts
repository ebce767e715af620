import { COLORS } from '../colors.ts';
import { toLine } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { by, highest, IN_BOT, increase, rate, select } from '../select.ts';

/** @param count how many shards have a line of their own */
export function shardEvents(place: Place, count: number, ...matchers: readonly string[]) {
  const events = select('discord_shard_events_total', ...matchers);
  return timeSeries({
    ...place,
    title: 'Events per second, busiest shards',
    normal: 'each shard at its usual height; guilds are spread by their id, so some are busier.',
    otherwise: 'one far above all others: one large guild, or a raid. One at zero: see its gap and state.',
    unit: 'ops',
    lines: [
      [
        `shard {{shard}}${IN_BOT}`,
        highest(
          count,
          ['shard'],
          `sum ${by('shard')} (${rate(events)})`,
          `sum ${by('shard')} (increase(${events}[$__range] @ end()))`,
        ),
      ],
      ['mean of all', `sum(${rate(events)}) / count(count ${by('shard')} (${events}))`],
    ],
    styles: { 'mean of all': { color: COLORS.quiet, dashed: true } },
    dataLinks: [toLine('shards', { shard: 'shard' })],
  });
}

export function losses(place: Place, ...matchers: readonly string[]) {
  return timeSeries({
    ...place,
    title: 'Gaps and lost events',
    shows:
      'Gap: a hole in the sequence was noticed; the shard resumes and Discord sends the missing events again. Lost: they did not come.',
    normal: 'none, ever.',
    otherwise:
      'the gateway’s log has the shard and the range of each. Losses with lost sessions: it was away for longer than Discord keeps events.',
    unit: 'short',
    lines: [
      ['gaps', `sum(${increase(select('discord_shard_sequence_gaps_total', ...matchers))})`],
      ['lost events', `sum(${increase(select('discord_shard_events_lost_total', ...matchers))})`],
    ],
    bars: true,
    upTo: 1,
    styles: { gaps: { color: COLORS.warning }, 'lost events': { color: COLORS.critical } },
  });
}

export function guilds(place: Place, ...matchers: readonly string[]) {
  const ofShard = select('discord_shard_guilds', ...matchers);
  return timeSeries({
    ...place,
    title: 'Guilds a shard',
    normal: 'all shards close together, below 2,000; Discord refuses shards above 2,500.',
    otherwise: 'near the limit: more shards are needed; plan them, never in the middle of the day.',
    unit: 'short',
    lines: [
      ['most', `max(${ofShard})`],
      ['median', `quantile(0.5, ${ofShard})`],
      ['fewest', `min(${ofShard})`],
    ],
    styles: {
      most: { color: COLORS.warning },
      median: { color: COLORS.quiet, dashed: true },
      fewest: { color: COLORS.information },
    },
  });
}
