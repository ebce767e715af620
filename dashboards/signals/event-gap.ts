import { secondsOf } from '../../alerts/thresholds.ts';
import type { DashboardSettings } from '../dashboard.ts';
import { COLORS } from '../colors.ts';
import { toLine } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { withRunbook } from '../panels/with-runbook.ts';
import { by, highest, IN_BOT, peak, select } from '../select.ts';

const MEDIAN = 'median of all';

/** @param count how many shards have a line of their own */
export function eventGap(
  settings: DashboardSettings,
  place: Place,
  count: number,
  ...matchers: readonly string[]
) {
  const limits = settings.thresholds.DiscordShardEventGap;
  const gap = select('discord_shard_event_gap_seconds', ...matchers);
  return timeSeries({
    ...withRunbook(place, settings, 'DiscordShardEventGap'),
    title: 'Time since the last event, quietest shards',
    shows: 'Answers to probes count as events; shards without guilds are not shown.',
    normal: `below ${secondsOf(limits.probedAfter)} s: a quieter shard is probed then, and the answer is an event.`,
    otherwise: `above ${limits.warning.value} s the shard is connected and deaf; the gateway replaces the connection by itself. At ${limits.critical.value} s that did not help: restart that gateway, its sessions are resumed.`,
    unit: 's',
    lines: [
      [
        `shard {{shard}}${IN_BOT}`,
        highest(count, ['shard'], `min ${by('shard')} (${gap})`, `min ${by('shard')} (${peak(gap)})`),
      ],
      [MEDIAN, `quantile(0.5, ${gap})`],
    ],
    limits,
    upTo: limits.critical.value,
    styles: { [MEDIAN]: { color: COLORS.quiet, dashed: true } },
    dataLinks: [toLine('shards', { shard: 'shard' })],
  });
}
