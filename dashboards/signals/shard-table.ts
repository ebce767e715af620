import type { DashboardSettings } from '../dashboard.ts';
import { fromCell } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { table, WHICH_BOT } from '../panels/table.ts';
import { among, by, on, rate, select } from '../select.ts';
import { shardState, shardUp, STATE_WORDS } from '../shard-states.ts';

const MOST_ROWS = 50;
/** A heartbeat that is a second late weighs like so many seconds of silence. */
const LATENCY_WEIGHT = 60;
/** More than any gap in seconds. */
const DOWN_WEIGHT = 1e9;
const PER_SHARD = by('shard');

/** Now, one row a shard: of many shards those that are worst off. */
export function shardTable({ thresholds }: DashboardSettings, place: Place, ...matchers: readonly string[]) {
  const up = select('discord_shard_up', ...matchers);
  const gap = select('discord_shard_event_gap_seconds', ...matchers);
  const latency = select('discord_shard_heartbeat_latency_seconds', ...matchers);
  const known = `max ${PER_SHARD} (${shardUp(...matchers)})`;
  // What is down has no gap and what is gone has no process: both come before all others.
  const worst = `topk(${MOST_ROWS},
${DOWN_WEIGHT} * (1 - ${known})
+ ${on('shard')} (max ${PER_SHARD} (${gap} + ${LATENCY_WEIGHT} * ${latency}) or 0 * ${known}))`;
  const ofWorst = (expr: string) => `${expr}\n${among(['shard'], worst)}`;
  const hourly = (counter: string) =>
    ofWorst(`sum ${PER_SHARD} (increase(${select(counter, ...matchers)}[1h]))`);
  return table({
    ...place,
    title: 'Shards, the worst first',
    shows: `At most ${MOST_ROWS} shards, and which gateway has each of them.`,
    normal: 'all ready, latency around 100 ms, the last event less than 20 s ago.',
    otherwise:
      'rows of one instance only: look at that process, its link is in the row. A shard that two instances report is being handed over.',
    exprs: [
      ofWorst(`(max ${by('shard', 'instance')} (${up})\nor (${known} unless ${on('shard')} ${up}))`),
      ofWorst(shardState((series) => series, ...matchers)),
      ofWorst(`min ${PER_SHARD} (${latency})`),
      ofWorst(`min ${PER_SHARD} (${gap})`),
      ofWorst(`sum ${PER_SHARD} (${rate(select('discord_shard_events_total', ...matchers))})`),
      hourly('discord_shard_resumes_total'),
      hourly('discord_shard_identifies_total'),
    ],
    columns: [
      WHICH_BOT,
      {
        from: 'shard',
        title: 'Shard',
        width: 80,
        links: [fromCell('Only this shard', 'shards', 'shard')],
      },
      { from: 'Value #B', title: 'State', width: 110, mappings: [STATE_WORDS] },
      {
        from: 'Value #C',
        title: 'Heartbeat',
        unit: 's',
        limits: thresholds.DiscordShardHeartbeatSlow,
      },
      { from: 'Value #D', title: 'Last event', unit: 's', limits: thresholds.DiscordShardEventGap },
      { from: 'Value #E', title: 'Events', unit: 'ops' },
      { from: 'Value #F', title: 'Resumes in 1 h', unit: 'short', decimals: 0 },
      { from: 'Value #G', title: 'Identifies in 1 h', unit: 'short', decimals: 0 },
      {
        from: 'instance',
        title: 'Gateway',
        links: [fromCell('This process', 'runtime', 'instance')],
      },
    ],
    sortBy: { title: 'Last event', descending: true },
    empty: 'No gateway reports a shard',
  });
}
