import { createHash } from 'node:crypto';

export interface RateLimit {
  readonly count: number;
  readonly windowMs: number;
}

export const DEFAULT_RATE_LIMIT: RateLimit = { count: 50, windowMs: 1_000 };
const GLOBAL_WINDOW_MS = 1_000;
/** Buckets that have run out are thrown away when there are so many. */
const MAX_BUCKETS = 10_000;

interface Window {
  readonly limit: number;
  remaining: number;
  readonly resetAtMs: number;
  readonly hash: string;
}

export interface RateVerdict {
  readonly allowed: boolean;
  readonly headers: Record<string, string>;
  /** When not allowed: how long to wait, in seconds, and whose limit it is. */
  readonly retryAfterSeconds: number;
  readonly scope: 'user' | 'global';
}

/** Counts requests per bucket and over all, as Discord does. */
export class RateLimits {
  readonly #globalPerSecond: number;
  readonly #windows = new Map<string, Window>();
  #global = { startedAtMs: -Infinity, count: 0 };

  /** @param globalPerSecond 0 for no limit over all routes */
  constructor(globalPerSecond: number) {
    this.#globalPerSecond = globalPerSecond;
  }

  take(bucket: string, limit: RateLimit, exemptFromGlobal: boolean, nowMs: number): RateVerdict {
    const window = this.#window(bucket, limit, nowMs);
    if (window.remaining === 0) return verdict(window, nowMs, false, window.resetAtMs, 'user');
    if (!exemptFromGlobal && !this.#takeGlobal(nowMs)) {
      return verdict(window, nowMs, false, this.#global.startedAtMs + GLOBAL_WINDOW_MS, 'global');
    }
    window.remaining -= 1;
    return verdict(window, nowMs, true, nowMs, 'user');
  }

  #takeGlobal(nowMs: number): boolean {
    if (this.#globalPerSecond === 0) return true;
    if (nowMs - this.#global.startedAtMs >= GLOBAL_WINDOW_MS) {
      this.#global = { startedAtMs: nowMs, count: 0 };
    }
    if (this.#global.count >= this.#globalPerSecond) return false;
    this.#global.count += 1;
    return true;
  }

  #window(bucket: string, limit: RateLimit, nowMs: number): Window {
    const known = this.#windows.get(bucket);
    if (known && nowMs < known.resetAtMs) return known;
    if (this.#windows.size >= MAX_BUCKETS) this.#forgetOld(nowMs);
    const window = {
      limit: limit.count,
      remaining: limit.count,
      resetAtMs: nowMs + limit.windowMs,
      hash: known?.hash ?? createHash('md5').update(bucket).digest('hex'),
    };
    this.#windows.set(bucket, window);
    return window;
  }

  #forgetOld(nowMs: number): void {
    for (const [bucket, window] of this.#windows) {
      if (nowMs >= window.resetAtMs) this.#windows.delete(bucket);
    }
  }
}

function verdict(
  window: Window,
  nowMs: number,
  allowed: boolean,
  retryAtMs: number,
  scope: RateVerdict['scope'],
): RateVerdict {
  const headers = {
    'x-ratelimit-limit': String(window.limit),
    'x-ratelimit-remaining': String(window.remaining),
    'x-ratelimit-reset': (window.resetAtMs / 1_000).toFixed(3),
    'x-ratelimit-reset-after': (Math.max(window.resetAtMs - nowMs, 0) / 1_000).toFixed(3),
    'x-ratelimit-bucket': window.hash,
  };
  return { allowed, headers, retryAfterSeconds: Math.max(retryAtMs - nowMs, 0) / 1_000, scope };
}
