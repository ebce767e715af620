import type { SessionInfo } from '@discordjs/ws';

import { ContiguousSet } from './contiguous-set.ts';

/** What the next process needs in order to go on with this session. */
export interface SessionRecord {
  readonly sessionId: string;
  readonly resumeUrl: string;
  readonly shardId: number;
  readonly shardCount: number;
  /** The bot's own user id: probes ask for it. */
  readonly userId: string;
  /** Every dispatch up to this sequence is stored. */
  readonly storedSequence: number;
  /** The highest sequence that was received when this was written. */
  readonly seenSequence: number;
  /** Position in DISCORD_EVENTS behind which dispatches above `storedSequence` would lie. */
  readonly streamSequence: number;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

type NewSession = Pick<SessionRecord, 'sessionId' | 'resumeUrl' | 'shardId' | 'shardCount'>;

/**
 * One Discord session of one shard: which dispatches were received, and which of them are stored.
 * A reconnect of this process resumes after the last one received (the rest is in the publisher's
 * hands), another process resumes after the last one stored.
 */
export class Session {
  readonly #identity: NewSession;
  readonly #received: ContiguousSet;
  readonly #stored: ContiguousSet;
  /** The bot's own user id, empty until READY told it. */
  userId: string;
  #seen: number;
  #streamSequence: number;
  /** The gap that a reconnect was already spent on. */
  #chasedGap = -1;

  private constructor(
    identity: NewSession,
    userId: string,
    sequence: number,
    seen: number,
    streamSequence: number,
  ) {
    this.#identity = identity;
    this.userId = userId;
    this.#received = new ContiguousSet(sequence);
    this.#stored = new ContiguousSet(sequence);
    this.#seen = seen;
    this.#streamSequence = streamSequence;
  }

  static begin(identity: NewSession, streamSequence: number): Session {
    return new Session(identity, '', 0, 0, streamSequence);
  }

  /** Goes on where the last process stopped. */
  static restore(record: SessionRecord): Session {
    const { userId, storedSequence, seenSequence, streamSequence } = record;
    return new Session(record, userId, storedSequence, seenSequence, streamSequence);
  }

  get id(): string {
    return this.#identity.sessionId;
  }

  /** Every dispatch up to this sequence is stored. */
  get storedSequence(): number {
    return this.#stored.floor;
  }

  /** Position in the stream behind which everything that is not stored yet would lie. */
  get streamSequence(): number {
    return this.#streamSequence;
  }

  /** What the gateway library resumes with and puts into heartbeats. */
  toSessionInfo(resumeUrl: string | undefined): SessionInfo {
    const { sessionId, shardId, shardCount } = this.#identity;
    return {
      sessionId,
      shardId,
      shardCount,
      resumeURL: resumeUrl ?? this.#identity.resumeUrl,
      sequence: this.#received.floor,
    };
  }

  /**
   * @param nowMs milliseconds since 1970
   * @param streamSequence the last known position of the stream
   */
  record(nowMs: number, streamSequence: number): SessionRecord {
    const { sessionId, resumeUrl, shardId, shardCount } = this.#identity;
    // With nothing on its way, all that will come lies behind what the stream holds now.
    if (this.#received.highest === this.#stored.floor) {
      this.#streamSequence = Math.max(this.#streamSequence, streamSequence);
    }
    return {
      sessionId,
      resumeUrl,
      shardId,
      shardCount,
      userId: this.userId,
      storedSequence: this.#stored.floor,
      seenSequence: this.#seen,
      streamSequence: this.#streamSequence,
      savedAt: nowMs,
    };
  }

  /** Takes note of a dispatch that came in but could not be taken. */
  refuse(sequence: number): void {
    this.#seen = Math.max(this.#seen, sequence);
  }

  /** Returns false for a repeat. */
  accept(sequence: number): boolean {
    this.#seen = Math.max(this.#seen, sequence);
    return this.#received.add(sequence);
  }

  /**
   * A dispatch is in the stream.
   * @param sentBehind the stream's last known position when the dispatch was first sent: it and all
   *   later ones lie behind it, wherever retries put them
   */
  markStored(sequence: number, sentBehind: number): void {
    const before = this.#stored.floor;
    this.#stored.add(sequence);
    if (this.#stored.floor > before) this.#streamSequence = Math.max(this.#streamSequence, sentBehind);
  }

  /** Some dispatch is missing between those received. */
  get hasGap(): boolean {
    return this.#received.missing > 0;
  }

  /** True the first time for each gap: worth a resume, since Discord then sends again from there on. */
  shouldChaseGap(): boolean {
    if (this.#chasedGap === this.#received.floor) return false;
    this.#chasedGap = this.#received.floor;
    return true;
  }

  /** Gives up on what is missing; returns how many dispatches that are. */
  giveUpGap(): number {
    const first = this.#received.floor + 1;
    const missing = this.#received.closeFirstGap();
    for (let sequence = first; sequence < first + missing; sequence += 1) this.#stored.add(sequence);
    return missing;
  }

  /** Dispatches that an earlier owner is known to have stored: their repeats are dropped. */
  markStoredEarlier(sequences: Iterable<number>): void {
    for (const sequence of sequences) {
      this.#received.add(sequence);
      this.#stored.add(sequence);
    }
  }

  /** Sequences that came in and were not taken: lost if the session ends now. */
  untaken(): number[] {
    const sequences: number[] = [];
    for (let s = this.#received.floor + 1; s <= this.#seen; s += 1) {
      if (!this.#received.has(s)) sequences.push(s);
    }
    return sequences;
  }
}
