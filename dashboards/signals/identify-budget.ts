import { COLORS } from '../colors.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { by, IN_BOT, select } from '../select.ts';

export function identifyBudget(place: Place) {
  return timeSeries({
    ...place,
    title: 'Session starts left today',
    shows: 'How often shards may still identify before the daily reset, and gateways that identify no more.',
    normal: 'close to the full budget (1,000 for most bots); no gateway waits.',
    otherwise:
      'falling: shards identify instead of resuming, see their sessions. At the reserve gateways stop identifying, so that a person can still start the bot.',
    unit: 'short',
    lines: [
      [`starts left${IN_BOT}`, `min ${by()} (${select('discord_session_starts_remaining')})`],
      [`gateways that may not identify${IN_BOT}`, `sum ${by()} (${select('discord_identify_blocked')})`],
    ],
    styles: {
      'starts left': { color: COLORS.information },
      'gateways that may not identify': { color: COLORS.critical },
    },
  });
}

export function shardCount(place: Place) {
  return timeSeries({
    ...place,
    title: 'Shards: configured and recommended',
    normal: 'the bot has at least as many as Discord recommends, and all are owned.',
    otherwise:
      'recommended above configured: the bot has grown; plan more shards for a quiet hour (`npm run shards -- plan`). Owned below configured: gateways are missing.',
    unit: 'short',
    lines: [
      [`configured${IN_BOT}`, `max ${by()} (${select('discord_shards_configured')})`],
      [`recommended${IN_BOT}`, `max ${by()} (${select('discord_shards_recommended')})`],
      [`owned${IN_BOT}`, `count ${by()} (count ${by('shard')} (${select('discord_shard_up')}))`],
    ],
    styles: {
      configured: { color: COLORS.information },
      recommended: { color: COLORS.warning, dashed: true },
      owned: { color: COLORS.good },
    },
  });
}
