import { DispatchRows } from './dispatch-rows.ts';
import type { DispatchEntry, SessionEntry } from './entries.ts';
import type { TypeNames } from './type-names.ts';

export interface SessionKey {
  readonly sessionId: string;
  readonly shardId: number;
  readonly shardCount: number;
  readonly startedAt: number;
}

/** Totals over all sessions. */
export interface DispatchTotals {
  dispatches: number;
  sent: number;
  replayed: number;
}

/** What one session was given. Dispatches are numbered from 0 in the order of their sequences. */
export class SessionLedger {
  readonly key: SessionKey;
  readonly #rows: DispatchRows | undefined;
  readonly #types: TypeNames;
  readonly #totals: DispatchTotals;
  readonly #onChunk: (rows: DispatchRows) => void;
  #firstUnsent = 0;
  #ended: { at: number; reason: string } | undefined;

  constructor(parts: {
    readonly key: SessionKey;
    readonly keepsRows: boolean;
    readonly types: TypeNames;
    readonly totals: DispatchTotals;
    readonly onChunk: (rows: DispatchRows) => void;
  }) {
    this.key = parts.key;
    this.#rows = parts.keepsRows ? new DispatchRows() : undefined;
    this.#types = parts.types;
    this.#totals = parts.totals;
    this.#onChunk = parts.onChunk;
  }

  added(sequence: number, type: string, eventId: bigint | undefined, createdAt: number): void {
    const typeIndex = this.#types.count(type);
    this.#totals.dispatches += 1;
    if (this.#rows?.add(sequence, typeIndex, eventId ?? 0n, createdAt)) this.#onChunk(this.#rows);
  }

  /** The dispatches `[from, to)` were written to a socket. */
  sent(from: number, to: number, at: number): void {
    const repeated = Math.max(Math.min(this.#firstUnsent, to) - from, 0);
    this.#totals.replayed += repeated;
    this.#totals.sent += to - from - repeated;
    this.#firstUnsent = Math.max(this.#firstUnsent, to);
    this.#rows?.markSent(from, to, at);
  }

  ended(at: number, reason: string): void {
    this.#ended = { at, reason };
  }

  get entry(): SessionEntry {
    return { ...this.key, endedAt: this.#ended?.at, endReason: this.#ended?.reason };
  }

  *dispatches(): Generator<DispatchEntry> {
    if (!this.#rows) return;
    const { sessionId, shardId, shardCount } = this.key;
    for (const row of this.#rows.rows()) {
      yield {
        sessionId,
        shardId,
        shardCount,
        sequence: row.sequence,
        type: this.#types.name(row.typeIndex),
        eventId: row.eventId === 0n ? undefined : String(row.eventId),
        createdAt: row.createdAt,
        sentAt: row.sentAt === 0 ? undefined : row.sentAt,
        sends: row.sends,
        status: row.sentAt === 0 ? 'buffered' : 'sent',
      };
    }
  }
}
