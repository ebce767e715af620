import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { GatewayInfo } from './gateway-info.ts';
import type { IdentifySlots } from './identify-slots.ts';

const BLOCKED_RETRY_MS = 30_000;
const NO_ANSWER_RETRY_MS = 2_000;

export interface IdentifyGateParts {
  readonly slots: Pick<IdentifySlots, 'take'>;
  readonly info: Pick<GatewayInfo, 'fetch' | 'remaining' | 'countIdentify'>;
  /** Share of the daily session starts that is never used, 0 to 1. */
  readonly reserveRatio: number;
  readonly log: Logger;
}

/**
 * Lets shards identify at the rate and within the budget that Discord allows to the whole bot. It
 * never rejects for any other reason than an abort: the library answers a throttler that throws
 * with two IDENTIFYs.
 */
export class IdentifyGate {
  readonly #parts: IdentifyGateParts;
  /** The last in line for each rate limit key: within a process shards wait in order. */
  readonly #lines = new Map<number, Promise<void>>();
  #blockedWaits = 0;

  constructor(parts: IdentifyGateParts) {
    this.#parts = parts;
  }

  /** True while a shard waits because the daily budget is too low to identify. */
  get blocked(): boolean {
    return this.#blockedWaits > 0;
  }

  /** Resolves when the shard must send IDENTIFY at once. */
  async wait(shardId: number, maxConcurrency: number, signal: AbortSignal): Promise<void> {
    const key = shardId % maxConcurrency;
    const ahead = this.#lines.get(key);
    const turn = Promise.withResolvers<void>();
    this.#lines.set(key, turn.promise);
    try {
      await Promise.race([ahead, aborted(signal)]);
      signal.throwIfAborted();
      await this.#waitForBudget(signal);
      await this.#parts.slots.take(key, signal);
      this.#parts.info.countIdentify();
    } finally {
      // Those behind must not overtake those ahead when this one gives up.
      void Promise.resolve(ahead).then(turn.resolve);
    }
  }

  async #waitForBudget(signal: AbortSignal): Promise<void> {
    let blocked = 0;
    try {
      for (;;) {
        signal.throwIfAborted();
        const waitMs = await this.#budgetWaitMs(signal);
        if (waitMs === 0) return;
        // Where there was no answer it stays as it was.
        if (waitMs === BLOCKED_RETRY_MS && blocked === 0) {
          blocked = 1;
          this.#blockedWaits += 1;
        }
        await sleep(waitMs, undefined, { signal });
      }
    } finally {
      this.#blockedWaits -= blocked;
    }
  }

  async #budgetWaitMs(signal: AbortSignal): Promise<number> {
    const { info, log, reserveRatio } = this.#parts;
    try {
      const { session_start_limit: limit } = await info.fetch(signal);
      const remaining = info.remaining ?? 0;
      if (mayIdentify(remaining, limit.total, reserveRatio)) return 0;
      log.error(
        { remaining, total: limit.total, resetAfterMs: limit.reset_after },
        'daily identify budget is low: not identifying until it resets',
      );
      return BLOCKED_RETRY_MS;
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ reason: messageOf(error) }, 'identify budget unknown, asking again');
      return NO_ANSWER_RETRY_MS;
    }
  }
}

/** Spending the whole budget ends every session and resets the token, so a share stays untouched. */
export function mayIdentify(remaining: number, total: number, reserveRatio: number): boolean {
  return remaining > Math.ceil(total * reserveRatio);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
