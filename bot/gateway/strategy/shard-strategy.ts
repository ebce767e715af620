/** A shard that this process owns. */
export interface OwnedShard {
  readonly id: number;
  /** Rises with each owner of a leased shard; undefined where ownership needs no lease. */
  readonly epoch: number | undefined;
}

export interface ShardOwner {
  /** Begin to serve these shards. */
  acquire(shards: readonly OwnedShard[]): Promise<void>;
  /** Take and publish no more of its events once the promise has resolved. */
  lose(shardId: number): Promise<void>;
}

/** Decides which shards this process owns, from `start` to `stop`. */
export interface ShardStrategy {
  /** How many shards this process should have once all is settled. */
  readonly expected: number;
  start(owner: ShardOwner): Promise<void>;
  /** Gives up ownership; the shards are closed by then. */
  stop(): Promise<void>;
}
