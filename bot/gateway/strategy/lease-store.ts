/** A process that takes part, as the store has it. */
export interface Member {
  /** Of one start of one process; never used again. */
  readonly owner: string;
  /** Another one after each beat; compared for equality only. */
  readonly beat: string;
  /** What the process counts on: all must agree. */
  readonly shardCount: number;
  /** How many shards it takes at most. */
  readonly capacity: number;
  /** How long it may be silent. */
  readonly staleMs: number;
}

export interface Lease {
  readonly shardId: number;
  /** Undefined: nobody. One that is no member (any more) holds nothing either. */
  readonly owner: string | undefined;
  /** Of the last acquisition; rises with each. */
  readonly epoch: number;
  /** Another one after each change; a claim names it and fails when it is no longer true. */
  readonly version: number;
}

/** All of it at one moment. */
export interface LeaseView {
  /** The count that the bot runs with; undefined before the first process. */
  readonly shardCount: number | undefined;
  readonly members: readonly Member[];
  /** Shards that were never owned are missing. */
  readonly leases: ReadonlyMap<number, Lease>;
}

export interface Claim {
  readonly shardId: number;
  /** As it was seen; undefined where there was none. */
  readonly lease: Lease | undefined;
}

export interface HeldLease {
  readonly shardId: number;
  readonly epoch: number;
}

/**
 * Where processes agree on who owns what. A process is alive while its member record changes; whoever has
 * seen no change for `staleMs` removes the record (`evict`), and the shards that name it are free from then
 * on. All writes are conditional, so a view that is old makes a write fail and never makes it wrong.
 *
 * Every method rejects when the outcome is unknown, within a bounded time; each may be repeated.
 */
export interface LeaseStore {
  /** For messages: where it is, without any secret. */
  readonly place: string;
  /** Creates what is missing. Safe in many processes at once. */
  open(): Promise<void>;
  view(): Promise<LeaseView>;
  /** Changes the count that the bot runs with, from what was seen; false when it is another by now. */
  changeCount(from: number | undefined, to: number): Promise<boolean>;
  join(member: Omit<Member, 'beat'>): Promise<void>;
  /** False when the record is gone: others believe this process dead. */
  beat(owner: string): Promise<boolean>;
  /** Removes a member that made no other beat since; false when it did. */
  evict(member: Member): Promise<boolean>;
  /**
   * @param claims shards that nobody alive had in the view
   * @returns those that this owner has now; another was faster with the rest
   */
  claim(owner: string, claims: readonly Claim[]): Promise<readonly HeldLease[]>;
  /** Leaves alone what this owner does not hold in that epoch. */
  release(owner: string, leases: readonly HeldLease[]): Promise<void>;
  /** The member is gone; its shards, if it still has any, are free. */
  leave(owner: string): Promise<void>;
  close(): Promise<void>;
}
