import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';

import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { heartbeat } from './heartbeat.ts';
import { identify } from './identify.ts';
import { isRecord } from './is-record.ts';
import { requestGuildMembers } from './request-members.ts';
import { resume } from './resume.ts';
import { SEND_LIMIT } from './send-limit.ts';
import type { Session } from './session.ts';
import { updateVoiceState } from './voice-state.ts';

type Operation = (context: GatewayContext, connection: Connection, d: unknown) => void;
type SessionOperation = (
  context: GatewayContext,
  connection: Connection,
  session: Session,
  d: unknown,
) => void;

/** What a client may send at any time. */
const OPERATIONS = new Map<number, Operation>([
  [GatewayOpcodes.Heartbeat, heartbeat],
  [GatewayOpcodes.Identify, identify],
  [GatewayOpcodes.Resume, resume],
]);

/** What a client may send once it has a session. Presence and soundboard are taken and not answered. */
const SESSION_OPERATIONS = new Map<number, SessionOperation>([
  [GatewayOpcodes.PresenceUpdate, () => undefined],
  [GatewayOpcodes.VoiceStateUpdate, updateVoiceState],
  [GatewayOpcodes.RequestGuildMembers, requestGuildMembers],
  [GatewayOpcodes.RequestSoundboardSounds, () => undefined],
]);

/** One message of a client: held against the limits, decoded, and passed on by its opcode. */
export function receive(context: GatewayContext, connection: Connection, message: Buffer): void {
  const { connections } = context;
  if (!connection.open) return;
  if (!connection.sends.take(performance.now())) {
    connections.close(connection, GatewayCloseCodes.RateLimited, 'You are being rate limited.');
    return;
  }
  const payload = message.length > SEND_LIMIT.payloadBytes ? undefined : decode(message);
  if (!payload) {
    connections.close(connection, GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
    return;
  }
  const { op, d } = payload;
  const operation = OPERATIONS.get(op);
  if (operation) {
    operation(context, connection, d);
    return;
  }
  const sessionOperation = SESSION_OPERATIONS.get(op);
  if (!sessionOperation) {
    connections.close(connection, GatewayCloseCodes.UnknownOpcode, 'Unknown opcode.');
    return;
  }
  if (!connection.session) {
    connections.close(connection, GatewayCloseCodes.NotAuthenticated, 'Not authenticated.');
    return;
  }
  sessionOperation(context, connection, connection.session, d);
}

function decode(message: Buffer): { op: number; d: unknown } | undefined {
  try {
    const payload: unknown = JSON.parse(message.toString());
    if (!isRecord(payload) || !Number.isInteger(payload['op'])) return undefined;
    return { op: payload['op'] as number, d: payload['d'] };
  } catch {
    // Closing with 4002 is how Discord says that it is not JSON.
    return undefined;
  }
}
