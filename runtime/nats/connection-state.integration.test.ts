import { connect } from 'nats';
import { expect, test, vi } from 'vitest';

import { NatsServer } from '../../deploy/local/nats-server.ts';
import { NatsConnectionState } from './connection-state.ts';

const RECONNECT = { maxReconnectAttempts: -1, reconnectTimeWait: 50 };

test('tells whether the connection stands, through a restart of the server and to its end', async () => {
  await using server = await NatsServer.start();
  const connection = await connect({ servers: server.url, ...RECONNECT });
  const state = new NatsConnectionState(connection);
  const onReconnect = vi.fn<() => void>();
  state.onReconnect(onReconnect);
  expect(state.connected).toBe(true);
  await server.kill();
  await vi.waitFor(() => expect(state.connected).toBe(false), 10_000);
  await server.startAgain();
  await vi.waitFor(() => expect(onReconnect).toHaveBeenCalledOnce(), 10_000);
  expect(state.connected).toBe(true);
  await connection.close();
  expect(state.connected).toBe(false);
});
