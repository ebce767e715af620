/** The first second of 2015, where Discord's ids begin. */
export const DISCORD_EPOCH_MS = 1_420_070_400_000;

const COUNTER_BITS = 22n;
const COUNTER_MASK = 2 ** 22 - 1;

/** Makes ids that carry the current time and never repeat in this process. */
export class SnowflakeMaker {
  #lastMs = 0;
  #counter = 0;

  next(nowMs = Date.now()): bigint {
    const sinceEpochMs = Math.max(Math.floor(nowMs) - DISCORD_EPOCH_MS, this.#lastMs);
    if (sinceEpochMs > this.#lastMs) {
      this.#lastMs = sinceEpochMs;
      this.#counter = 0;
    } else if (this.#counter === COUNTER_MASK) {
      this.#lastMs += 1;
      this.#counter = 0;
    } else {
      this.#counter += 1;
    }
    return (BigInt(this.#lastMs) << COUNTER_BITS) | BigInt(this.#counter);
  }
}

/** When the thing with this id came to be, in milliseconds since 1970. */
export function snowflakeTimeMs(id: string): number {
  return Number(BigInt(id) >> COUNTER_BITS) + DISCORD_EPOCH_MS;
}

/** `(guild_id >> 22) % shard count` */
export function shardOf(guildId: string, shardCount: number): number {
  return Number((BigInt(guildId) >> COUNTER_BITS) % BigInt(shardCount));
}

const SNOWFLAKE = /^\d{1,20}$/;

export function isSnowflake(value: unknown): value is string {
  return typeof value === 'string' && SNOWFLAKE.test(value);
}
