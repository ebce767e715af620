import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Events, type NatsConnection } from 'nats';
import { expect, test } from 'vitest';

import { freePort } from '../../deploy/local/free-port.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { readRuntimeConfig } from '../config.ts';
import type { CodedError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { connectNats, onNatsClosed, type NatsConfig } from './connect-nats.ts';

const log = createLogger({ component: 'test', level: 'silent' });
/** What a busy machine adds. */
const SLACK_MS = 700;
const USERS = 'authorization { users = [ { user: "bot", password: "right-password" } ] }';
const OTHER_USERS = 'authorization { users = [ { user: "other", password: "right-password" } ] }';

function config(env: Record<string, string>): NatsConfig {
  return readRuntimeConfig(env).nats;
}

async function failure(work: Promise<unknown>): Promise<{ error: CodedError; afterMs: number }> {
  const startedAtMs = performance.now();
  try {
    await work;
  } catch (error) {
    return { error: error as CodedError, afterMs: performance.now() - startedAtMs };
  }
  throw new Error('it succeeded');
}

async function nextStatus(connection: NatsConnection, wanted: Events): Promise<void> {
  for await (const { type } of connection.status()) if (type === wanted) return;
}

test('a server that is not there is waited for as long as configured, then named', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`;
  const { error, afterMs } = await failure(
    connectNats(config({ NATS_URL: url, NATS_CONNECT_TIMEOUT_MS: '1200' }), 'test', log),
  );
  expect(error).toMatchObject({ code: 'NATS_UNREACHABLE', exitCode: 1 });
  expect(error.message).toContain(url);
  expect(error.message).toContain('ECONNREFUSED');
  expect(afterMs).toBeLessThan(1_200 + SLACK_MS);
});

test('servers that accept and say nothing do not outlast the time limit together', async () => {
  await using one = await NatsServer.start();
  await using two = await NatsServer.start();
  one.pause();
  two.pause();
  const { error, afterMs } = await failure(
    connectNats(config({ NATS_URL: `${one.url},${two.url}`, NATS_CONNECT_TIMEOUT_MS: '1000' }), 'test', log),
  );
  expect(error.code).toBe('NATS_UNREACHABLE');
  expect(afterMs).toBeLessThan(1_000 + SLACK_MS);
});

test('a server that comes up later is found, and an abort ends the wait at once', async () => {
  await using server = await NatsServer.start();
  await server.stop();
  const connecting = connectNats(config({ NATS_URL: server.url }), 'test', log);
  const stopping = new AbortController();
  const abandoned = failure(connectNats(config({ NATS_URL: server.url }), 'test', log, stopping.signal));
  stopping.abort(new Error('stopping'));
  const { error, afterMs } = await abandoned;
  expect(error.message).toBe('stopping');
  expect(afterMs).toBeLessThan(SLACK_MS);
  await server.startAgain();
  await (await connecting).close();
});

test.each([
  ['wrong', { NATS_USER: 'bot', NATS_PASSWORD: 'wrong-password' }, 'NATS_USER and NATS_PASSWORD'],
  ['missing', {}, 'NATS_CREDS_FILE'],
])('%s credentials are refused at once, as a misconfiguration', async (_what, credentials, hint) => {
  await using server = await NatsServer.start({ config: USERS });
  const { error, afterMs } = await failure(
    connectNats(config({ NATS_URL: server.url, ...credentials }), 'test', log),
  );
  expect(error).toMatchObject({ code: 'NATS_REFUSED', exitCode: 2 });
  expect(error.message).toContain(hint);
  expect(error.message).not.toContain('wrong-password');
  expect(afterMs).toBeLessThan(SLACK_MS);
});

test('a credentials file that cannot be read is a misconfiguration, not a server to wait for', async () => {
  const { error, afterMs } = await failure(
    connectNats(config({ NATS_CREDS_FILE: '/nowhere/bot.creds' }), 'test', log),
  );
  expect(error).toMatchObject({ code: 'NATS_FILE_UNREADABLE', exitCode: 2 });
  expect(error.message).toContain('NATS_CREDS_FILE');
  expect(afterMs).toBeLessThan(SLACK_MS);
});

test('a connection survives a restart of the server, and is not reported as closed when we close it', async () => {
  await using server = await NatsServer.start();
  const connection = await connectNats(config({ NATS_URL: server.url }), 'test', log);
  const closed: CodedError[] = [];
  onNatsClosed(connection, (error) => closed.push(error));
  for (let restart = 0; restart < 2; restart += 1) {
    const disconnected = nextStatus(connection, Events.Disconnect);
    await server.kill();
    await disconnected;
    const reconnected = nextStatus(connection, Events.Reconnect);
    await server.startAgain();
    await reconnected;
  }
  await connection.flush();
  await connection.close();
  await connection.closed();
  expect(closed).toEqual([]);
});

test('a connection whose user is taken away ends for good, and says so', async () => {
  await using server = await NatsServer.start({ config: USERS });
  const connection = await connectNats(
    config({ NATS_URL: server.url, NATS_USER: 'bot', NATS_PASSWORD: 'right-password' }),
    'test',
    log,
  );
  const closed = Promise.withResolvers<CodedError>();
  onNatsClosed(connection, closed.resolve);
  await server.stop();
  writeFileSync(join(server.folder, 'nats.conf'), `listen: "127.0.0.1:${server.port}"\n${OTHER_USERS}\n`);
  await server.startAgain();
  expect(await closed.promise).toMatchObject({ code: 'NATS_CLOSED', exitCode: 1 });
});
