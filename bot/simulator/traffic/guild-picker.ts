import type { Random } from '../random.ts';
import type { Guild } from '../world/guild.ts';

/**
 * Picks guilds as they are in life: the n-th busiest has 1/n of the events of the busiest (Zipf).
 */
export class GuildPicker {
  readonly #guilds: readonly Guild[];
  readonly #cumulated: Float64Array;

  constructor(guilds: readonly Guild[]) {
    this.#guilds = guilds;
    this.#cumulated = new Float64Array(guilds.length);
    let sum = 0;
    for (const [index, guild] of guilds.entries()) {
      sum += 1 / (guild.index + 1);
      this.#cumulated[index] = sum;
    }
  }

  /** Undefined when there is no guild to pick. */
  pick(random: Random): Guild | undefined {
    const point = random() * (this.#cumulated.at(-1) ?? 0);
    let low = 0;
    let high = this.#guilds.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#cumulated[middle]! <= point) low = middle + 1;
      else high = middle;
    }
    return this.#guilds[low];
  }
}
