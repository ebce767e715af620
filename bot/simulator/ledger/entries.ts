/** All times are milliseconds since 1970, with fractions. */

/** One sequence number of one session. */
export interface DispatchEntry {
  readonly sessionId: string;
  readonly shardId: number;
  readonly shardCount: number;
  readonly sequence: number;
  /** As Discord spells it: MESSAGE_CREATE. */
  readonly type: string;
  /** The id in the payload, where it has one. */
  readonly eventId: string | undefined;
  readonly createdAt: number;
  /** When it was first written to a socket. */
  readonly sentAt: number | undefined;
  /** How often it was written to a socket: once, and again in each replay. */
  readonly sends: number;
  /** buffered: the session had no socket that took it, yet. */
  readonly status: 'sent' | 'buffered';
}

export interface SessionEntry {
  readonly sessionId: string;
  readonly shardId: number;
  readonly shardCount: number;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly endReason: string | undefined;
}

export interface IdentifyEntry {
  readonly connectionId: number;
  readonly shardId: number;
  readonly shardCount: number;
  readonly at: number;
  readonly bucket: number;
  readonly accepted: boolean;
  /** Why it was not accepted. */
  readonly reason: string | undefined;
  readonly sessionId: string | undefined;
}

export interface ResumeEntry {
  readonly connectionId: number;
  readonly sessionId: string;
  readonly shardId: number | undefined;
  readonly at: number;
  /** The sequence that the client says it has. */
  readonly sequence: number;
  readonly outcome:
    'resumed' | 'unknown_session' | 'replay_gone' | 'invalid_sequence' | 'wrong_token' | 'unanswered';
  /** How many dispatches were sent again or for the first time. */
  readonly replayed: number;
}

export interface ConnectionEntry {
  readonly connectionId: number;
  readonly host: 'gateway' | 'resume';
  readonly openedAt: number;
}

export interface CloseEntry {
  readonly connectionId: number;
  readonly shardId: number | undefined;
  readonly at: number;
  /** 1006: the socket ended without a close frame. */
  readonly code: number;
  readonly by: 'client' | 'server';
  readonly reason: string;
}

export interface HeartbeatEntry {
  readonly connectionId: number;
  /** Undefined before IDENTIFY or RESUME told it. */
  readonly shardId: number | undefined;
  readonly at: number;
  /** When op 11 was written; undefined: not yet, or never. */
  readonly ackedAt: number | undefined;
}

export interface RestEntry {
  readonly method: string;
  /** With `:id` in place of ids and `:token` in place of tokens. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
  readonly at: number;
  /** The beginning of the request's body. */
  readonly body: string;
}

export interface InteractionEntry {
  readonly id: string;
  readonly command: string;
  readonly createdAt: number;
  readonly answeredAt: number | undefined;
  /**
   * What the first answer met; a second answer to an answered one turns it into `duplicate`.
   * Undefined: nobody has answered.
   */
  readonly outcome: 'answered' | 'late' | 'duplicate' | undefined;
}

export interface LedgerCounts {
  readonly dispatches: number;
  /** Dispatches that no socket has taken yet. */
  readonly buffered: number;
  /** Dispatches written once more for a RESUME. */
  readonly replayed: number;
  /** Events for shards that had no session: Discord keeps nothing for these. */
  readonly undeliverable: number;
  readonly dispatchesByType: Readonly<Record<string, number>>;
  readonly sessionsStarted: number;
  readonly sessionsEnded: number;
  readonly identifies: number;
  readonly identifiesAccepted: number;
  readonly resumes: number;
  readonly resumesAccepted: number;
  readonly connections: number;
  readonly closesByCode: Readonly<Record<string, number>>;
  readonly rest: number;
  readonly restByStatus: Readonly<Record<string, number>>;
  readonly interactions: number;
  readonly interactionsAnswered: number;
  readonly interactionsLate: number;
  readonly interactionsDuplicate: number;
}
