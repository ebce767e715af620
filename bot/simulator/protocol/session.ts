import type { SessionLedger } from '../ledger/session-ledger.ts';
import type { Connection } from './connection.ts';
import { FrameLog, type FrameLogLimits } from './frame-log.ts';

/** A type that stands in every dispatch needs no escaping. */
const PLAIN_TYPE = /^[A-Z0-9_]+$/;

export interface Dispatch {
  readonly type: string;
  /** JSON text. */
  readonly data: string;
  readonly eventId: bigint | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface SessionParts {
  readonly id: string;
  readonly shardId: number;
  readonly shardCount: number;
  readonly intents: number;
  readonly ledger: SessionLedger;
  readonly replayLimits: FrameLogLimits;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** False: the connection stands but takes no dispatch. */
  readonly delivers: (session: Session) => boolean;
}

/**
 * What Discord knows of one IDENTIFY: a sequence, the dispatches for a RESUME, and the socket that
 * takes them, or none. Every dispatch goes into the replay buffer first and from there to a socket.
 */
export class Session {
  readonly id: string;
  readonly shardId: number;
  readonly shardCount: number;
  readonly intents: number;
  readonly ledger: SessionLedger;
  connection: Connection | undefined;
  /** Ends a session that has no socket for too long. */
  expiry: NodeJS.Timeout | undefined;
  readonly #frames: FrameLog;
  readonly #parts: SessionParts;
  #sequence = 0;
  /** The number of the next frame for the socket. */
  #next = 0;

  constructor(parts: SessionParts) {
    this.id = parts.id;
    this.shardId = parts.shardId;
    this.shardCount = parts.shardCount;
    this.intents = parts.intents;
    this.ledger = parts.ledger;
    this.#parts = parts;
    this.#frames = new FrameLog(parts.replayLimits);
  }

  /** The last sequence that was given away. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Gives the dispatch its sequence and keeps it; `flush` sends it. */
  append(dispatch: Dispatch): number {
    this.#sequence += 1;
    const { type, data, eventId, createdAt } = dispatch;
    const name = PLAIN_TYPE.test(type) ? `"${type}"` : JSON.stringify(type);
    this.#frames.append(this.#sequence, `{"t":${name},"s":${this.#sequence},"op":0,"d":${data}}`);
    this.ledger.added(this.#sequence, type, eventId, createdAt);
    return this.#sequence;
  }

  /** Sends what the socket has not got yet, where there is a socket that takes it. */
  flush(): void {
    const { connection } = this;
    if (!connection?.open || this.#next === this.#frames.end || !this.#parts.delivers(this)) return;
    const from = Math.max(this.#next, this.#frames.first);
    this.#next = this.#frames.end;
    connection.sendFrames(this.#frames, from);
    this.ledger.sent(from, this.#frames.end, this.#parts.nowMs());
  }

  /** The socket gets everything from here on. */
  attach(connection: Connection): void {
    clearTimeout(this.expiry);
    this.connection = connection;
    this.#next = this.#frames.end;
  }

  /**
   * The socket gets everything after this sequence; `flush` sends it. Returns how many dispatches
   * that are, or undefined when some of them are gone.
   */
  attachAfter(connection: Connection, sequence: number): number | undefined {
    const next = this.#frames.firstAfter(sequence);
    if (next === undefined) return undefined;
    this.attach(connection);
    this.#next = next;
    return this.#frames.end - next;
  }

  /** Leaves numbers out, as if dispatches had been lost on the way. */
  skipSequence(count: number): void {
    this.#sequence += count;
  }

  /** From here on nothing that came before can be replayed. */
  forgetReplay(): void {
    this.#frames.forget();
  }
}
