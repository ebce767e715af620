import type { SessionStartLimit } from '../options.ts';

const DAY_MS = 86_400_000;

export interface IdentifyLimitOptions {
  readonly maxConcurrency: number;
  readonly identifyIntervalMs: number;
  readonly sessionStartLimit: SessionStartLimit;
}

/**
 * How often a bot may IDENTIFY, over all its processes: once in the interval per bucket, the bucket
 * being `shard id % max concurrency`, and so many times a day.
 */
export class IdentifyLimits {
  readonly #options: IdentifyLimitOptions;
  readonly #lastByBucket = new Map<number, number>();
  #remaining: number;
  #dayStartMs: number | undefined;

  constructor(options: IdentifyLimitOptions) {
    this.#options = options;
    this.#remaining = options.sessionStartLimit.remaining;
  }

  bucketOf(shardId: number): number {
    return shardId % this.#options.maxConcurrency;
  }

  /** Every IDENTIFY with the right token counts, whatever comes of it. False when none was left. */
  spend(nowMs: number): boolean {
    this.#beginDay(nowMs);
    if (this.#remaining === 0) return false;
    this.#remaining -= 1;
    return true;
  }

  /** False when the bucket was used too short a time ago; an early one does not prolong the wait. */
  takeBucket(bucket: number, nowMs: number): boolean {
    const last = this.#lastByBucket.get(bucket);
    if (last !== undefined && nowMs - last < this.#options.identifyIntervalMs) return false;
    this.#lastByBucket.set(bucket, nowMs);
    return true;
  }

  /** As `/gateway/bot` reports it. */
  report(nowMs: number): { total: number; remaining: number; reset_after: number; max_concurrency: number } {
    const startedAt = this.#dayStartMs ?? nowMs;
    return {
      total: this.#options.sessionStartLimit.total,
      remaining: nowMs - startedAt >= DAY_MS ? this.#options.sessionStartLimit.total : this.#remaining,
      reset_after: this.#dayStartMs === undefined ? 0 : Math.max(Math.round(startedAt + DAY_MS - nowMs), 0),
      max_concurrency: this.#options.maxConcurrency,
    };
  }

  #beginDay(nowMs: number): void {
    if (this.#dayStartMs !== undefined && nowMs - this.#dayStartMs >= DAY_MS) {
      this.#remaining = this.#options.sessionStartLimit.total;
      this.#dayStartMs = nowMs;
    }
    this.#dayStartMs ??= nowMs;
  }
}
