import { showValue } from '../../alerts/thresholds.ts';
import type { DashboardSettings } from '../dashboard.ts';
import { COLORS } from '../colors.ts';
import { toLine } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { withRunbook } from '../panels/with-runbook.ts';
import { by, highest, IN_BOT, peak, select } from '../select.ts';

const MEDIAN = 'median of all';

/** @param count how many shards have a line of their own */
export function heartbeat(
  settings: DashboardSettings,
  place: Place,
  count: number,
  ...matchers: readonly string[]
) {
  const limits = settings.thresholds.DiscordShardHeartbeatSlow;
  const latency = select('discord_shard_heartbeat_latency_seconds', ...matchers);
  // As the alert sees it: where two processes have the shard, the better one serves it.
  return timeSeries({
    ...withRunbook(place, settings, 'DiscordShardHeartbeatSlow'),
    title: 'Heartbeat latency, slowest shards',
    shows: 'Last round trip of a heartbeat or, if longer, the age of one that waits for its answer.',
    normal: '50 to 200 ms.',
    otherwise: `above ${showValue(limits.warning.value, limits.unit)} a ticket, above ${showValue(
      limits.critical.value,
      limits.unit,
    )} a page. All shards: Discord or the network. Those of one gateway: its CPU or event loop.`,
    unit: 's',
    lines: [
      [
        `shard {{shard}}${IN_BOT}`,
        highest(count, ['shard'], `min ${by('shard')} (${latency})`, `min ${by('shard')} (${peak(latency)})`),
      ],
      [MEDIAN, `quantile(0.5, ${latency})`],
    ],
    limits,
    scale: 'log',
    upTo: limits.critical.value,
    styles: { [MEDIAN]: { color: COLORS.quiet, dashed: true } },
    dataLinks: [toLine('shards', { shard: 'shard' })],
  });
}
