import type { LedgerMode } from '../options.ts';
import type { DispatchRows } from './dispatch-rows.ts';
import type {
  CloseEntry,
  ConnectionEntry,
  DispatchEntry,
  HeartbeatEntry,
  IdentifyEntry,
  InteractionEntry,
  LedgerCounts,
  RestEntry,
  ResumeEntry,
  SessionEntry,
} from './entries.ts';
import { EntryLog, Tally } from './entry-log.ts';
import { SessionLedger, type DispatchTotals, type SessionKey } from './session-ledger.ts';
import { TypeNames } from './type-names.ts';

/** What `counts` keeps of the rare kinds: identifies, resumes, connections and closes. */
const RARE_LIMIT = 10_000;

/** Everything that the simulator sent and was asked, so that a test can say what was lost or repeated. */
export class Ledger {
  readonly #mode: LedgerMode;
  readonly #limit: number;
  readonly #types = new TypeNames();
  readonly #totals: DispatchTotals = { dispatches: 0, sent: 0, replayed: 0 };
  readonly #sessions: EntryLog<SessionLedger>;
  readonly #identifies: EntryLog<IdentifyEntry>;
  readonly #resumes: EntryLog<ResumeEntry>;
  readonly #connections: EntryLog<ConnectionEntry>;
  readonly #closes: EntryLog<CloseEntry>;
  readonly #heartbeats: EntryLog<Readonly<HeartbeatEntry>>;
  readonly #rest: EntryLog<RestEntry>;
  readonly #interactions: EntryLog<Readonly<InteractionEntry>>;
  readonly #closesByCode = new Tally();
  readonly #restByStatus = new Tally();
  readonly #interactionOutcomes = { answered: 0, late: 0, duplicate: 0 };
  #chunks: DispatchRows[] = [];
  #droppedRows = 0;
  #identifiesAccepted = 0;
  #resumesAccepted = 0;
  #sessionsEnded = 0;
  #undeliverable = 0;

  constructor(mode: LedgerMode, limit: number) {
    this.#mode = mode;
    this.#limit = limit;
    const rare = mode === 'full' ? Infinity : Math.min(limit, RARE_LIMIT);
    const frequent = { full: Infinity, bounded: limit, counts: 0 }[mode];
    this.#sessions = new EntryLog(rare);
    this.#identifies = new EntryLog(rare);
    this.#resumes = new EntryLog(rare);
    this.#connections = new EntryLog(rare);
    this.#closes = new EntryLog(rare);
    this.#heartbeats = new EntryLog(frequent);
    this.#rest = new EntryLog(frequent);
    this.#interactions = new EntryLog(frequent);
  }

  /** Session by session, each in the order of its sequences. */
  *dispatches(): Generator<DispatchEntry> {
    for (const session of this.#sessions.entries) yield* session.dispatches();
  }

  sessions(): SessionEntry[] {
    return this.#sessions.entries.map((session) => session.entry);
  }

  identifies(): readonly IdentifyEntry[] {
    return this.#identifies.entries;
  }

  resumes(): readonly ResumeEntry[] {
    return this.#resumes.entries;
  }

  connections(): readonly ConnectionEntry[] {
    return this.#connections.entries;
  }

  closes(): readonly CloseEntry[] {
    return this.#closes.entries;
  }

  heartbeats(): readonly HeartbeatEntry[] {
    return this.#heartbeats.entries;
  }

  rest(): readonly RestEntry[] {
    return this.#rest.entries;
  }

  interactions(): readonly InteractionEntry[] {
    return this.#interactions.entries;
  }

  counts(): LedgerCounts {
    const { dispatches, sent, replayed } = this.#totals;
    return {
      dispatches,
      buffered: dispatches - sent,
      replayed,
      undeliverable: this.#undeliverable,
      dispatchesByType: this.#types.toRecord(),
      sessionsStarted: this.#sessions.total,
      sessionsEnded: this.#sessionsEnded,
      identifies: this.#identifies.total,
      identifiesAccepted: this.#identifiesAccepted,
      resumes: this.#resumes.total,
      resumesAccepted: this.#resumesAccepted,
      connections: this.#connections.total,
      closesByCode: this.#closesByCode.toRecord(),
      rest: this.#rest.total,
      restByStatus: this.#restByStatus.toRecord(),
      interactions: this.#interactions.total,
      interactionsAnswered: this.#interactionOutcomes.answered,
      interactionsLate: this.#interactionOutcomes.late,
      interactionsDuplicate: this.#interactionOutcomes.duplicate,
    };
  }

  // What follows is for the simulator itself.

  sessionStarted(key: SessionKey): SessionLedger {
    const session = new SessionLedger({
      key,
      keepsRows: this.#mode !== 'counts',
      types: this.#types,
      totals: this.#totals,
      onChunk: (rows) => this.#chunkBegun(rows),
    });
    this.#sessions.add(session);
    return session;
  }

  sessionEnded(session: SessionLedger, at: number, reason: string): void {
    this.#sessionsEnded += 1;
    session.ended(at, reason);
  }

  identified(entry: IdentifyEntry): void {
    if (entry.accepted) this.#identifiesAccepted += 1;
    this.#identifies.add(entry);
  }

  resumed(entry: ResumeEntry): void {
    if (entry.outcome === 'resumed') this.#resumesAccepted += 1;
    this.#resumes.add(entry);
  }

  connected(entry: ConnectionEntry): void {
    this.#connections.add(entry);
  }

  closed(entry: CloseEntry): void {
    this.#closesByCode.add(entry.code);
    this.#closes.add(entry);
  }

  /** The entry changes when it is acknowledged. */
  heartbeat(entry: HeartbeatEntry): void {
    this.#heartbeats.add(entry);
  }

  requested(entry: RestEntry): void {
    this.#restByStatus.add(entry.status);
    this.#rest.add(entry);
  }

  /** The entry changes as answers come in. */
  interactionCreated(entry: InteractionEntry): void {
    this.#interactions.add(entry);
  }

  interactionOutcome(outcome: 'answered' | 'late' | 'duplicate'): void {
    this.#interactionOutcomes[outcome] += 1;
  }

  undeliverable(): void {
    this.#undeliverable += 1;
  }

  #chunkBegun(rows: DispatchRows): void {
    if (this.#mode !== 'bounded') return;
    this.#chunks.push(rows);
    while (this.#totals.dispatches - this.#droppedRows > this.#limit && this.#chunks.length > 1) {
      this.#droppedRows += this.#chunks.shift()?.dropOldest() ?? 0;
    }
  }
}
