import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';

import { COLORS } from './colors.ts';
import { words } from './panels/mapping.ts';
import { highest, select } from './select.ts';

/** What a shard can be doing, from the worst to the best; its place is its number in graphs. */
const STATES = ['gone', 'closed', 'idle', 'connecting', 'identifying', 'resuming', 'ready'] as const;

/** `gone`: no process reports the shard any more. */
export const STATE_WORDS: ValueMapping = words({
  0: { text: 'gone', color: COLORS.critical },
  1: { text: 'closed', color: COLORS.critical },
  2: { text: 'idle', color: COLORS.quiet },
  3: { text: 'connecting', color: COLORS.warning },
  4: { text: 'identifying', color: COLORS.other },
  5: { text: 'resuming', color: COLORS.information },
  6: { text: 'ready', color: COLORS.good },
});

/** One number a shard. @param matchers which shards */
export function shardState(...matchers: readonly string[]): string {
  const numbered = STATES.slice(1).map(
    (state, index) => `${index + 1} * ${select('discord_shard_state', `state="${state}"`, ...matchers)}`,
  );
  return `(max by (shard) (${numbered.join('\nor ')})
or 0 * max by (shard) (${select('shardwatch:discord_shard_up:max', ...matchers)}))`;
}

/** The states of the shards that were up the least in the range shown. */
export function leastUp(count: number, ...matchers: readonly string[]): string {
  const up = select('shardwatch:discord_shard_up:max', ...matchers);
  return highest(
    count,
    ['shard'],
    shardState(...matchers),
    `1 - max by (shard) (avg_over_time(${up}[$__range] @ end()))`,
  );
}
