import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';

import type { ResumeEntry } from '../ledger/entries.ts';
import { resumedEvent } from '../world/session-events.ts';
import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { isRecord } from './is-record.ts';

/** Op 6: what was missed in order, then RESUMED; or op 9 when it cannot be. */
export function resume(context: GatewayContext, connection: Connection, d: unknown): void {
  const { account, connections, faults, sessions } = context;
  if (connection.session) {
    connections.close(connection, GatewayCloseCodes.AlreadyAuthenticated, 'Already authenticated.');
    return;
  }
  const request = readResume(d);
  if (!request) {
    connections.close(connection, GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
    return;
  }
  const session = sessions.get(request.sessionId);
  connection.shardId = session?.shardId ?? connection.shardId;
  const record = (outcome: ResumeEntry['outcome'], replayed = 0) => {
    const { sessionId, sequence } = request;
    const { id: connectionId, shardId } = connection;
    context.ledger.resumed({
      connectionId,
      sessionId,
      shardId,
      at: context.nowMs(),
      sequence,
      outcome,
      replayed,
    });
  };
  if (!account.accepts(request.token)) {
    record('wrong_token');
    connections.close(connection, GatewayCloseCodes.AuthenticationFailed, 'Authentication failed.');
    return;
  }
  if (faults.take('unansweredResume', connection.shardId)) {
    record('unanswered');
    return;
  }
  if (!session) {
    record('unknown_session');
    connection.send(GatewayOpcodes.InvalidSession, false);
    return;
  }
  if (request.sequence > session.sequence) {
    record('invalid_sequence');
    endElsewhere(context, session.connection, connection);
    sessions.end(session, 'resumed with a sequence that was never sent');
    connections.close(connection, GatewayCloseCodes.InvalidSeq, 'Invalid seq.');
    return;
  }
  const previous = session.connection;
  const replayed = session.attachAfter(connection, request.sequence);
  endElsewhere(context, previous, connection);
  if (replayed === undefined) {
    record('replay_gone');
    sessions.end(session, 'missed more than the replay buffer holds');
    connection.send(GatewayOpcodes.InvalidSession, false);
    return;
  }
  connection.session = session;
  record('resumed', replayed);
  sessions.append(session, resumedEvent(context.nowMs()));
  sessions.flush();
}

/** The session moves: a socket that it may still have is closed. */
function endElsewhere(
  context: GatewayContext,
  previous: Connection | undefined,
  connection: Connection,
): void {
  if (!previous || previous === connection) return;
  previous.session = undefined;
  context.connections.close(previous, GatewayCloseCodes.UnknownError, 'Session resumed elsewhere.');
}

function readResume(d: unknown): { token: string; sessionId: string; sequence: number } | undefined {
  if (!isRecord(d)) return undefined;
  const { token, session_id: sessionId, seq } = d;
  if (typeof token !== 'string' || typeof sessionId !== 'string') return undefined;
  if (typeof seq !== 'number' || !Number.isInteger(seq) || seq < 0) return undefined;
  return { token, sessionId, sequence: seq };
}
