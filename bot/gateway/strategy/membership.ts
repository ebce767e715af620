import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { LeaseStore, Member } from './lease-store.ts';
import { deadlineMs, type LeaseTimes } from './lease-times.ts';

/** Of the warnings about a store that does not answer. */
const WARNING_INTERVAL_MS = 30_000;

export interface MembershipParts {
  readonly store: Pick<LeaseStore, 'beat' | 'join' | 'leave' | 'place'>;
  readonly times: LeaseTimes;
  readonly record: Pick<Member, 'shardCount' | 'capacity' | 'staleMs'>;
  /** Another one at each call. */
  readonly newOwner: () => string;
  /** The right to every shard has ended: others may have them from now on. */
  readonly onFence: (reason: string) => void;
  readonly onFailure: () => void;
  readonly log: Logger;
}

/**
 * This process's sign of life in the store, and for how long it may act on the last one that the store has
 * confirmed. Nothing that is heard, or not heard, of the store can make that longer than it is.
 */
export class Membership {
  readonly #parts: MembershipParts;
  /** As which it is joining, or has joined. */
  #name: string;
  #joined = false;
  #deadlineMs = -Infinity;
  /** The deadline passed, and that was acted upon. */
  #fenced = true;
  #timer: NodeJS.Timeout | undefined;
  #failing = false;
  #warnedAtMs = -Infinity;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
    this.#name = parts.newOwner();
  }

  /** Undefined while this process may own nothing. */
  get owner(): string | undefined {
    return this.valid ? this.#name : undefined;
  }

  /** Whether the lease still runs, by the clock and not by what was noticed. */
  get valid(): boolean {
    return !this.#fenced && performance.now() < this.#deadlineMs;
  }

  get secondsLeft(): number {
    return this.#fenced ? 0 : Math.max(0, this.#deadlineMs - performance.now()) / 1_000;
  }

  /** The store did not answer the last time it was asked. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Beats until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { beatMs, retryMs } = this.#parts.times;
    while (!signal.aborted) {
      const waitMs = (await this.#beat()) ? beatMs : retryMs;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Its shards are free from here on. */
  async leave(): Promise<void> {
    clearTimeout(this.#timer);
    this.#fenced = true;
    if (this.#joined) await this.#parts.store.leave(this.#name);
  }

  async #beat(): Promise<boolean> {
    const { store, record, newOwner } = this.#parts;
    const sentAtMs = performance.now();
    try {
      if (!this.#joined) await store.join({ owner: this.#name, ...record });
      else if (!(await store.beat(this.#name))) {
        this.#fence('other processes took this one for dead');
        this.#joined = false;
        this.#name = newOwner();
        return await this.#beat();
      }
    } catch (error) {
      this.#onFailure(error);
      return false;
    }
    this.#onConfirmed(sentAtMs);
    return true;
  }

  #onConfirmed(sentAtMs: number): void {
    const { store, times, log } = this.#parts;
    if (this.#failing || !this.#joined) log.info({ owner: this.#name }, `in touch with ${store.place}`);
    this.#joined = true;
    this.#failing = false;
    // A lease that has ended stays so: what was held under it is claimed anew.
    if (!this.#fenced && !this.valid) this.#fence('its lease ran out while nothing here could run');
    const until = deadlineMs(sentAtMs, times);
    if (performance.now() >= until) return;
    this.#fenced = false;
    this.#deadlineMs = until;
    this.#watchDeadline();
  }

  /** The timer only acts early where it can; whoever uses the lease looks at the clock. */
  #watchDeadline(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.valid) this.#watchDeadline();
        else this.#fence(`no answer from ${this.#parts.store.place} until its lease ran out`);
      },
      Math.max(0, this.#deadlineMs - performance.now()),
    );
  }

  #fence(reason: string): void {
    clearTimeout(this.#timer);
    if (this.#fenced) return;
    this.#fenced = true;
    this.#parts.onFence(reason);
  }

  #onFailure(error: unknown): void {
    const { store, log, onFailure } = this.#parts;
    onFailure();
    this.#failing = true;
    const nowMs = performance.now();
    if (nowMs - this.#warnedAtMs < WARNING_INTERVAL_MS) return;
    this.#warnedAtMs = nowMs;
    const left = Math.round(this.secondsLeft);
    log.warn({ reason: messageOf(error), leaseSecondsLeft: left }, `waiting for ${store.place}`);
  }
}
