import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';

import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';

/** A connection without a beat for so many intervals is closed; its session stays resumable. */
export const SILENT_INTERVALS = 2.5;

/** Begins or renews the time in which a heartbeat must come. */
export function expectHeartbeat(context: GatewayContext, connection: Connection): void {
  if (connection.silence) {
    connection.silence.refresh();
    return;
  }
  const onSilence = () => {
    // Through a blackhole no close frame would pass.
    if (connection.blackholed) context.connections.detach(connection);
    else context.connections.close(connection, GatewayCloseCodes.UnknownError, 'No heartbeat.');
  };
  connection.silence = setTimeout(onSilence, context.options.heartbeatIntervalMs * SILENT_INTERVALS).unref();
}

/** Op 1: answered with op 11. */
export function heartbeat(context: GatewayContext, connection: Connection): void {
  expectHeartbeat(context, connection);
  acknowledge(context, connection);
}

function acknowledge(context: GatewayContext, connection: Connection): void {
  const { faults, ledger, nowMs } = context;
  const { id: connectionId, shardId } = connection;
  const entry = { connectionId, shardId, at: nowMs(), ackedAt: undefined as number | undefined };
  ledger.heartbeat(entry);
  if (faults.take('noAck', shardId)) return;
  const slow = faults.take('slowAck', shardId);
  const send = () => {
    if (!connection.open) return;
    connection.send(GatewayOpcodes.HeartbeatAck, null);
    entry.ackedAt = nowMs();
  };
  if (slow) setTimeout(send, slow.delayMs).unref();
  else send();
}
