import { COLORS } from '../colors.ts';
import type { DashboardSettings } from '../dashboard.ts';
import { toLine } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { anyIs } from '../panels/limits.ts';
import { words } from '../panels/mapping.ts';
import { stat } from '../panels/stat.ts';
import { stateTimeline } from '../panels/state-timeline.ts';
import { withRunbook } from '../panels/with-runbook.ts';
import { by, IN_BOT, select } from '../select.ts';
import { leastUp, STATE_WORDS } from '../shard-states.ts';

/** Bands that can still be read one below the other. */
const MOST_BANDS = 12;
/** How long the number of shards is remembered when no gateway tells it any more. */
const MEMORY = '1h';

export function shardsUp(place: Place) {
  const configured = `sum ${by()} (max ${by('job')} (last_over_time(${select('discord_shards_configured')}[${MEMORY}])))`;
  const up = `(sum ${by()} (max ${by('job', 'shard')} (${select('discord_shard_up')})) or 0 * ${configured})`;
  return stat({
    ...place,
    title: 'Shards',
    shows: 'Shards of the whole bot, and how many of them have no session that is ready.',
    normal: 'none is down. A deploy takes each gateway’s shards away for 30 to 60 s, one gateway at a time.',
    otherwise: 'the timeline below says which ones and since when; DiscordShardDown pages after two minutes.',
    unit: 'none',
    lines: [
      [`down${IN_BOT}`, `${configured} - ${up}`],
      [`configured${IN_BOT}`, configured],
    ],
    thresholds: anyIs(COLORS.critical),
    mappings: [words({ 0: { text: 'none' } })],
    plain: ['configured'],
  });
}

export function processes(settings: DashboardSettings, place: Place) {
  return stat({
    ...withRunbook(place, settings, 'MonitoringTargetDown'),
    title: 'Processes that cannot be seen',
    shows: 'By scrape job, and NATS as the exporter sees it.',
    normal: 'none. What cannot be seen cannot alert: everything else here is silent about it.',
    otherwise:
      'see whether the process runs and what its last lines say; if it does, whether Prometheus can reach it.',
    unit: 'none',
    lines: [
      [
        `{{job}}${IN_BOT}`,
        `count ${by('job')} (${select('up')} == 0) or 0 * count ${by('job')} (${select('up')})`,
      ],
      [`NATS${IN_BOT}`, `1 - min ${by()} (${select('jetstream_exporter_up')})`],
    ],
    thresholds: anyIs(COLORS.critical),
    mappings: [words({ 0: { text: 'none' } })],
  });
}

export function timeline(settings: DashboardSettings, place: Place, ...matchers: readonly string[]) {
  return stateTimeline({
    ...withRunbook(place, settings, 'DiscordShardDown'),
    title: 'Shards, those that were up the least',
    shows: `At most ${MOST_BANDS} shards, those above that were down at some time; click a band for its shard.`,
    normal: 'ready throughout, with a short gap for each deploy.',
    otherwise:
      'one shard: its connection; all shards of a gateway: that process; all shards: Discord, NATS or the network. “gone” means that no process has the shard.',
    lines: leastUp(MOST_BANDS, ...matchers).map((expr) => [`shard {{shard}}${IN_BOT}`, expr] as const),
    mappings: [STATE_WORDS],
    dataLinks: [toLine('shards', { shard: 'shard' })],
  });
}
