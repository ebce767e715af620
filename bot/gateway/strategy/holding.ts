import type { HeldLease } from './lease-store.ts';

/** One acquisition of one shard, from the claim to its end; the same shard claimed again is another one. */
export class Holding implements HeldLease {
  readonly shardId: number;
  readonly epoch: number;
  readonly #lease: { readonly valid: boolean };
  #ended = false;
  /** It is being given up: still held, not to be counted on. */
  leaving = false;

  /** @param lease the process's own, without which none of its shards is held */
  constructor({ shardId, epoch }: HeldLease, lease: { readonly valid: boolean }) {
    this.shardId = shardId;
    this.epoch = epoch;
    this.#lease = lease;
  }

  readonly held = (): boolean => !this.#ended && this.#lease.valid;

  end(): void {
    this.#ended = true;
  }
}
