import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';

import { COLORS } from './colors.ts';
import { words } from './panels/mapping.ts';
import { among, by, select } from './select.ts';

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

/**
 * One number a shard. Each state is narrowed to the shards that are in it, and to those that are wanted, before they
 * are put together: of a thousand shards over a day that takes half as long as afterwards.
 * @param narrow which shards
 */
export function shardState(narrow: (series: string) => string, ...matchers: readonly string[]): string {
  const numbered = STATES.slice(1).map(
    (state, index) =>
      `${index + 1} * ${narrow(`(${select('discord_shard_state', `state="${state}"`, ...matchers)} == 1)`)}`,
  );
  return `(max ${by('shard')} (${numbered.join('\nor ')})
or 0 * max ${by('shard')} (${narrow(shardUp(...matchers))}))`;
}

/** 1 or 0 a shard, also of those that no process reports any more. */
export function shardUp(...matchers: readonly string[]): string {
  return select('shardwatch:discord_shard_up:max', ...matchers);
}

/**
 * The states of the shards that were up the least in the range shown: first of those that were down at some time,
 * then, as far as there is room, of others, which were up throughout.
 */
export function leastUp(count: number, ...matchers: readonly string[]): readonly [down: string, up: string] {
  const up = shardUp(...matchers);
  const worst = `topk(${count}, 1 - max ${by('shard')} (avg_over_time(${up}[$__range] @ end())))`;
  const wereDown = among(['shard'], `(${worst} > 0)`);
  const others = among(['shard'], `(${worst} == 0)`);
  return [
    shardState((series) => `(${series} ${wereDown})`, ...matchers),
    `${STATES.length - 1} * max ${by('shard')} (${up} ${others})`,
  ];
}
