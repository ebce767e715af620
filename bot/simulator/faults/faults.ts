import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';

import { CodedError } from '../../../runtime/errors.ts';
import { CLIENT_RESUMING } from '../protocol/close-codes.ts';
import type { Connection, DropKind } from '../protocol/connection.ts';
import type { Connections } from '../protocol/connections.ts';
import type { ResumeHost } from '../protocol/resume-host.ts';
import type { Session } from '../protocol/session.ts';
import type { Sessions } from '../protocol/sessions.ts';
import type { RestFault, RestFaults } from '../rest/rest-faults.ts';
import { targets, type LastingFaultKind, type LastingFaults, type ShardTarget } from './lasting-faults.ts';

export interface Lasting {
  /** How often it strikes before it is over; missing: until `clear`. */
  readonly count?: number;
}

export interface FaultsParts {
  readonly connections: Connections;
  readonly sessions: Sessions;
  readonly lasting: LastingFaults;
  readonly rest: RestFaults;
  readonly resumeHost: ResumeHost;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

export const MALFORMED_KINDS = ['not-json', 'odd-data', 'no-type'] as const;
export type MalformedKind = (typeof MALFORMED_KINDS)[number];

/**
 * What can go wrong, on request. Those that strike at once return how many connections or sessions
 * they struck, so that a test can tell whether they did.
 */
export class Faults {
  readonly #parts: FaultsParts;

  constructor(parts: FaultsParts) {
    this.#parts = parts;
  }

  /** Heartbeats are acknowledged so much later. */
  slowAck(target: ShardTarget, delayMs: number, lasting: Lasting = {}): void {
    this.#last('slowAck', target, lasting, delayMs);
  }

  /** Heartbeats are not acknowledged; dispatches go on. */
  noAck(target: ShardTarget, lasting: Lasting = {}): void {
    this.#last('noAck', target, lasting);
  }

  /** Heartbeats are acknowledged but nothing is dispatched, not even answers to op 8. */
  deaf(target: ShardTarget): void {
    this.#last('deaf', target, {});
  }

  /** The client's close frame stays unanswered. */
  ignoreCloseFrame(target: ShardTarget, lasting: Lasting = {}): void {
    this.#last('ignoreCloseFrame', target, lasting);
  }

  /** An IDENTIFY is read and counted, and nothing comes of it. */
  unansweredIdentify(target: ShardTarget, lasting: Lasting = {}): void {
    this.#last('unansweredIdentify', target, lasting);
  }

  /** Op 8 is read and nothing comes of it: a quiet shard seems to deliver nothing any more. */
  unansweredRequest(target: ShardTarget, lasting: Lasting = {}): void {
    this.#last('unansweredRequest', target, lasting);
  }

  /** A RESUME is read and nothing comes of it. */
  unansweredResume(target: ShardTarget, lasting: Lasting = {}): void {
    this.#last('unansweredResume', target, lasting);
  }

  /** The address of `resume_gateway_url` refuses connections, or takes them again. */
  async refuseResumeHost(refused: boolean): Promise<void> {
    if (refused) this.#parts.resumeHost.refuse();
    else await this.#parts.resumeHost.open();
  }

  /** Ends sockets without a close frame; the sessions stay resumable. */
  dropSocket(target: ShardTarget, kind: DropKind): number {
    return this.#eachConnection(target, (connection) => connection.drop(kind));
  }

  /**
   * Closes with this code; 4004, 4007, 4009 and above end the sessions too.
   * @throws {CodedError} FAULT_INVALID for 4200, which Discord never sends
   */
  close(target: ShardTarget, code: number, reason = ''): number {
    const sendable = (code >= 4_000 && code <= 4_999) || code === 1_000 || code === 1_001;
    if (!sendable || code === CLIENT_RESUMING) {
      throw new CodedError('FAULT_INVALID', 'This close code cannot be sent', {
        expected: "1000, 1001 or 4000 to 4999 without 4200, which is a client's own",
        got: String(code),
      });
    }
    return this.#eachConnection(target, (connection) =>
      this.#parts.connections.close(connection, code, reason),
    );
  }

  /** Op 7; when `closeAfterMs` is given this side closes with 4000 that much later. */
  reconnect(target: ShardTarget, options: { readonly closeAfterMs?: number } = {}): number {
    const { closeAfterMs } = options;
    return this.#eachConnection(target, (connection) => {
      connection.send(GatewayOpcodes.Reconnect, null);
      if (closeAfterMs === undefined) return;
      const close = () =>
        this.#parts.connections.close(connection, GatewayCloseCodes.UnknownError, 'Reconnect.');
      setTimeout(close, closeAfterMs).unref();
    });
  }

  /** Op 9. Resumable: the session waits for a RESUME, on the same socket or another. Else it is over. */
  invalidSession(target: ShardTarget, resumable: boolean): number {
    const { connections, sessions } = this.#parts;
    return this.#eachConnection(target, (connection) => {
      connection.send(GatewayOpcodes.InvalidSession, resumable);
      const { session } = connection;
      connections.detach(connection);
      if (session && !resumable) sessions.end(session, 'invalidated');
    });
  }

  /** Op 1: the client has to beat at once. */
  requestHeartbeat(target: ShardTarget): number {
    return this.#eachConnection(target, (connection) => connection.send(GatewayOpcodes.Heartbeat, null));
  }

  /** The session is over although its socket may stand: the next RESUME meets op 9. */
  expireSession(target: ShardTarget): number {
    return this.#eachSession(target, (session) => {
      if (session.connection) session.connection.session = undefined;
      this.#parts.sessions.end(session, 'expired');
    });
  }

  /** Too much was missed: what came before cannot be replayed. */
  overflowReplay(target: ShardTarget): number {
    return this.#eachSession(target, (session) => session.forgetReplay());
  }

  /** So many sequence numbers are never sent, as if dispatches had been lost on the way. */
  skipSequence(target: ShardTarget, count = 1): number {
    return this.#eachSession(target, (session) => session.skipSequence(count));
  }

  /**
   * not-json: a frame that is no JSON and has no sequence. odd-data: MESSAGE_CREATE whose `d` is a
   * number. no-type: a dispatch whose type is empty. The latter two take a sequence.
   */
  malformedDispatch(target: ShardTarget, kind: MalformedKind = 'not-json'): number {
    if (kind === 'not-json') {
      return this.#eachConnection(target, (connection) => connection.sendText('{"t":"MESSAGE_CREATE","s":'));
    }
    const createdAt = this.#parts.nowMs();
    const type = kind === 'odd-data' ? 'MESSAGE_CREATE' : '';
    return this.#eachSession(target, (session) => {
      session.append({ type, data: '42', eventId: undefined, createdAt });
      session.flush();
    });
  }

  /** REST requests fail with 429 or a status of 500 and above. */
  rest(fault: RestFault): void {
    if (fault.status !== 429 && !(fault.status >= 500 && fault.status <= 599)) {
      throw new CodedError('FAULT_INVALID', 'This status cannot be injected', {
        expected: '429 or 500 to 599',
        got: String(fault.status),
      });
    }
    this.#parts.rest.add(fault);
  }

  /** REST requests are answered so much later. */
  slowRest(delayMs: number): void {
    this.#parts.rest.slow(delayMs);
  }

  /** Ends every lasting fault; deaf sessions get what they missed, blackholed sockets end. */
  async clear(): Promise<void> {
    const { connections, lasting, rest, resumeHost, sessions } = this.#parts;
    lasting.clear();
    rest.clear();
    for (const connection of connections.all) if (connection.blackholed) connection.drop('rst');
    for (const session of sessions.all()) session.flush();
    await resumeHost.open();
  }

  /** What holds at the moment. */
  list(): object {
    const { lasting, rest, resumeHost } = this.#parts;
    return {
      lasting: lasting.list().map(({ remaining, delayMs, ...fault }) => ({
        ...fault,
        ...(fault.kind === 'slowAck' ? { delayMs } : {}),
        ...(Number.isFinite(remaining) ? { remaining } : {}),
      })),
      rest: rest.list(),
      restDelayMs: rest.delayMs,
      resumeHostRefused: !resumeHost.isOpen,
    };
  }

  #last(kind: LastingFaultKind, target: ShardTarget, { count = Infinity }: Lasting, delayMs = 0): void {
    this.#parts.lasting.set({ kind, target, delayMs, remaining: count });
  }

  #eachConnection(target: ShardTarget, strike: (connection: Connection) => void): number {
    const struck = this.#parts.connections.of(target);
    for (const connection of struck) strike(connection);
    return struck.length;
  }

  #eachSession(target: ShardTarget, strike: (session: Session) => void): number {
    const struck = [...this.#parts.sessions.all()].filter((session) => targets(target, session.shardId));
    for (const session of struck) strike(session);
    return struck.length;
  }
}
