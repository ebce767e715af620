import { targets, type ShardTarget } from '../faults/lasting-faults.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { clientCloseEndsSession, NO_CLOSE_FRAME, serverCloseEndsSession } from './close-codes.ts';
import type { Connection } from './connection.ts';
import type { Sessions } from './sessions.ts';

/** All sockets of clients, and what the end of one means for its session. */
export class Connections {
  readonly #all = new Set<Connection>();
  readonly #sessions: Sessions;
  readonly #ledger: Ledger;
  readonly #nowMs: () => number;
  #lastId = 0;

  constructor(sessions: Sessions, ledger: Ledger, nowMs: () => number) {
    this.#sessions = sessions;
    this.#ledger = ledger;
    this.#nowMs = nowMs;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  get all(): ReadonlySet<Connection> {
    return this.#all;
  }

  /** Those of the target that are not about to end. */
  of(target: ShardTarget): Connection[] {
    return [...this.#all].filter(
      (connection) => connection.open && targets(target, connection.session?.shardId ?? connection.shardId),
    );
  }

  add(connection: Connection): void {
    this.#all.add(connection);
    const { id: connectionId, host } = connection;
    this.#ledger.connected({ connectionId, host, openedAt: this.#nowMs() });
  }

  /** Closes from this side. The code says whether the session can be resumed. */
  close(connection: Connection, code: number, reason: string): void {
    const { session } = connection;
    connection.close(code, reason);
    if (session) this.#leave(session, connection, serverCloseEndsSession(code), `closed with ${code}`);
  }

  /** Takes the session from a connection that stands, or seems to. */
  detach(connection: Connection): void {
    if (connection.session) this.#leave(connection.session, connection, false, '');
  }

  /** The socket has ended; without a close frame from either side the code is 1006. */
  ended(connection: Connection, code: number): void {
    if (!this.#all.delete(connection)) return;
    connection.release();
    const { closedWith, session } = connection;
    this.#ledger.closed({
      connectionId: connection.id,
      shardId: connection.shardId,
      at: this.#nowMs(),
      code: closedWith?.code ?? code,
      by: closedWith || connection.dropped ? 'server' : 'client',
      reason: closedWith?.reason ?? (code === NO_CLOSE_FRAME ? 'no close frame' : ''),
    });
    if (session) this.#leave(session, connection, clientCloseEndsSession(code), `client closed with ${code}`);
  }

  #leave(
    session: NonNullable<Connection['session']>,
    connection: Connection,
    ends: boolean,
    reason: string,
  ): void {
    connection.session = undefined;
    if (ends) this.#sessions.end(session, reason);
    else this.#sessions.detach(session);
  }
}
