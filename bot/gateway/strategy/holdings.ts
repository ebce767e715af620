import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { Holding } from './holding.ts';
import type { HeldLease, LeaseStore, LeaseView } from './lease-store.ts';
import type { ShardOwner } from './shard-strategy.ts';

/** How often a shard's last session is asked for again where that failed. */
const ACQUIRE_RETRY_MS = 1_000;

export interface HoldingsParts {
  readonly store: Pick<LeaseStore, 'release'>;
  /** The process's own lease, without which none of its shards is held. */
  readonly lease: { readonly valid: boolean };
  readonly log: Logger;
  readonly stopping: AbortSignal;
}

/** The shards that this process holds: how it gets them, hands them over and loses them. */
export class Holdings {
  readonly #parts: HoldingsParts;
  readonly #all = new Map<number, Holding>();
  readonly #tasks = new Set<Promise<void>>();
  #owner: ShardOwner | undefined;
  #lost = 0;

  constructor(parts: HoldingsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Those that ended without a hand-over, since the start. */
  get lost(): number {
    return this.#lost;
  }

  has(shardId: number): boolean {
    return this.#all.has(shardId);
  }

  list(): Holding[] {
    return [...this.#all.values()];
  }

  serveWith(owner: ShardOwner): void {
    this.#owner = owner;
  }

  add(leases: readonly HeldLease[]): void {
    if (leases.length === 0) return;
    const holdings = leases.map((lease) => new Holding(lease, this.#parts.lease));
    for (const holding of holdings) this.#all.set(holding.shardId, holding);
    this.#parts.log.info({ shards: leases.map(({ shardId }) => shardId) }, 'leases acquired');
    this.#spawn(this.#acquire(holdings));
  }

  handOver(shardId: number, me: string): void {
    const holding = this.#all.get(shardId);
    if (holding && !holding.leaving) this.#spawn(this.#handOver(holding, me));
  }

  /** The store knows another owner: this process was evicted, or the store is a copy of an earlier state. */
  fenceTaken({ leases }: LeaseView, me: string): void {
    for (const holding of this.list()) {
      const lease = leases.get(holding.shardId);
      if (holding.leaving || (lease?.owner === me && lease.epoch === holding.epoch)) continue;
      const { shardId: shard } = holding;
      this.#parts.log.error({ shard, owner: lease?.owner }, 'another process has the lease');
      this.#fence(holding);
    }
  }

  fenceAll(reason: string): void {
    if (this.#all.size === 0) return;
    this.#parts.log.error({ reason, shards: [...this.#all.keys()] }, 'leases ended: shards closed');
    for (const holding of this.list()) this.#fence(holding);
  }

  /** The shards are closed: nothing of them is published any more. */
  async end(): Promise<void> {
    for (const holding of this.#all.values()) holding.end();
    await Promise.all(this.#tasks);
  }

  /** Until it succeeds, or there is nothing left to acquire. */
  async #acquire(claimed: readonly Holding[]): Promise<void> {
    const { log, stopping } = this.#parts;
    for (;;) {
      const holdings = claimed.filter((holding) => holding.held() && !holding.leaving);
      if (holdings.length === 0 || stopping.aborted) return;
      try {
        await this.#owner?.acquire(holdings.map(({ shardId: id, epoch, held }) => ({ id, epoch, held })));
        return;
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'could not read what the last owners left, trying again');
        await sleep(ACQUIRE_RETRY_MS, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  }

  async #handOver(holding: Holding, me: string): Promise<void> {
    const { store, log } = this.#parts;
    const { shardId: shard } = holding;
    holding.leaving = true;
    log.info({ shard }, 'handing the shard over');
    try {
      await this.#owner?.lose(shard);
      holding.end();
      await store.release(me, [holding]);
    } catch (error) {
      // It is free with this process's name on it: released later, or claimed again.
      log.warn({ shard, reason: messageOf(error) }, 'hand-over unfinished');
    }
    holding.end();
    if (this.#all.get(shard) === holding) this.#all.delete(shard);
  }

  #fence(holding: Holding): void {
    holding.end();
    this.#all.delete(holding.shardId);
    this.#lost += 1;
    this.#owner?.fence(holding.shardId);
  }

  #spawn(task: Promise<void>): void {
    this.#tasks.add(task);
    void task.finally(() => this.#tasks.delete(task));
  }
}
