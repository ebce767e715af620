import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { GatewayInfo } from './gateway-info.ts';

const BASE_INTERVAL_MS = 300_000;
/** All processes of a bot share the route's limit of 2 requests in 5 s: together they take a quarter of it. */
const MS_PER_PROCESS = 10_000;
/** Two refreshes may fail; with the third what was known is no longer told. */
const MAX_AGE_INTERVALS = 3;
/** An interval is shortened by up to this share, so that processes do not come in step. */
const JITTER = 0.2;
/** Whatever Discord says about its reset, the route is left alone for this share of an interval. */
const MIN_SHARE = 0.1;
/** After the reset, so that the answer counts from it. */
const AFTER_RESET_MS = 1_000;

export interface RefreshPace {
  readonly intervalMs: number;
  /** Over this time processes spread their requests after the daily reset, which is the same for all. */
  readonly spreadMs: number;
}

/** @param processes how many processes of this bot ask */
export function refreshPace(processes: number): RefreshPace {
  const spreadMs = processes * MS_PER_PROCESS;
  return { intervalMs: Math.max(BASE_INTERVAL_MS, spreadMs), spreadMs };
}

/**
 * How long to wait until the next request, in milliseconds.
 * @param resetInMs undefined when no reset lies ahead
 * @param random from 0 to 1
 */
export function nextRefreshMs(pace: RefreshPace, resetInMs: number | undefined, random: number): number {
  const { intervalMs, spreadMs } = pace;
  const regular = intervalMs * (1 - JITTER * random);
  if (resetInMs === undefined) return regular;
  const afterReset = Math.max(resetInMs + AFTER_RESET_MS + spreadMs * random, intervalMs * MIN_SHARE);
  return Math.min(regular, afterReset);
}

export interface InfoRefreshParts {
  readonly info: Pick<GatewayInfo, 'answeredAtMs' | 'failures' | 'fetch' | 'last' | 'remaining'>;
  readonly pace: RefreshPace;
  readonly log: Logger;
}

export interface KnownLimits {
  readonly recommendedShards: number | undefined;
  readonly sessionStartsRemaining: number | undefined;
}

/**
 * Keeps what is told of `/gateway/bot` true between two IDENTIFYs, which may lie weeks apart. What is
 * too old to be believed is not told.
 */
export class InfoRefresh {
  readonly #parts: InfoRefreshParts;

  constructor(parts: InfoRefreshParts) {
    this.#parts = parts;
  }

  /** Requests that failed, those of shards that wanted to identify included. */
  get failures(): number {
    return this.#parts.info.failures;
  }

  /** Asks again and again until aborted; resolves then. */
  async run(signal: AbortSignal): Promise<void> {
    const { info, pace, log } = this.#parts;
    try {
      for (;;) {
        const delayMs = nextRefreshMs(pace, this.#resetInMs(performance.now()), Math.random());
        await sleep(delayMs, undefined, { signal });
        try {
          await info.fetch(signal);
        } catch (error) {
          signal.throwIfAborted();
          log.warn({ reason: messageOf(error) }, 'could not ask for the session starts left');
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** @param nowMs on the monotonic clock */
  known(nowMs: number): KnownLimits {
    const { info, pace } = this.#parts;
    const fresh = nowMs - info.answeredAtMs <= pace.intervalMs * MAX_AGE_INTERVALS;
    if (!info.last || !fresh) return { recommendedShards: undefined, sessionStartsRemaining: undefined };
    const resetInMs = this.#resetInMs(nowMs);
    // After the reset nobody here knows how many of the new ones other processes have used.
    const sessionStartsRemaining = resetInMs !== undefined && resetInMs <= 0 ? undefined : info.remaining;
    return { recommendedShards: info.last.shards, sessionStartsRemaining };
  }

  /** Negative when it has passed since the last answer; undefined when that named none. */
  #resetInMs(nowMs: number): number | undefined {
    const { answeredAtMs, last } = this.#parts.info;
    const resetAfterMs = last?.session_start_limit.reset_after ?? 0;
    return resetAfterMs > 0 ? answeredAtMs + resetAfterMs - nowMs : undefined;
  }
}
