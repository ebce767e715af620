/** A shard that this process owns. */
export interface OwnedShard {
  readonly id: number;
  /** Rises with each owner of a leased shard; undefined where ownership needs no lease. */
  readonly epoch: number | undefined;
  /**
   * False from the moment at which somebody else may own the shard, for good. Asked before every publish,
   * and so cheap; a process that was paused learns here, before anything else, that it is too late.
   */
  readonly held: () => boolean;
}

/**
 * What giving a shard up would cost. idle: nothing, it has not begun. serving: a RESUME elsewhere. busy: it
 * is between IDENTIFY and READY, and its session could be lost.
 */
export type Movability = 'idle' | 'serving' | 'busy';

export interface ShardOwner {
  /**
   * Begin to serve these shards. Rejects where what the last owner left cannot be read: none of them is
   * served then, and it may be tried again.
   */
  acquire(shards: readonly OwnedShard[]): Promise<void>;
  /**
   * A planned hand-over: takes no more of its events, waits until those taken are stored, saves the session.
   * The next owner resumes exactly behind it once the promise has resolved.
   */
  lose(shardId: number): Promise<void>;
  /** The shard may be another's already: takes, publishes and saves nothing more of it from here on. */
  fence(shardId: number): void;
  movability(shardId: number): Movability;
}

/** Decides which shards this process owns, from `start` to `stop`. */
export interface ShardStrategy {
  /** How many shards this process should keep up now. */
  readonly expected: number;
  /** Why this process has not what it should have, in words; undefined when it has. */
  readonly problem: string | undefined;
  start(owner: ShardOwner): Promise<void>;
  /** Gives up ownership; the shards are closed by then. */
  stop(): Promise<void>;
}
