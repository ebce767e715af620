import type { NatsConnection } from 'nats';

import { settlesWithin } from './settles-within.ts';

const DRAIN_DEADLINE_MS = 1_000;

/** Sends what is still to be sent and closes; without a server there is nobody to send it to. */
export async function closeConnection(connection: NatsConnection, connected: boolean): Promise<void> {
  if (connected && (await settlesWithin(connection.drain(), DRAIN_DEADLINE_MS))) return;
  await connection.close();
}
