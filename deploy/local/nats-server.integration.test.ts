import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from 'nats';
import { expect, test, vi } from 'vitest';

import { NatsServer } from './nats-server.ts';

test('a stopped server comes back on the same port with its streams', async () => {
  await using server = await NatsServer.start();
  const before = await connect({ servers: server.url });
  const manager = await before.jetstreamManager();
  await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
  await before.close();
  await server.stop();
  await server.startAgain();
  const after = await connect({ servers: server.url });
  const info = await (await after.jetstreamManager()).streams.info('KEPT');
  expect(info.config.subjects).toEqual(['kept']);
  await after.close();
});

test('a killed server keeps what it acknowledged, a paused one answers again', async () => {
  await using server = await NatsServer.start();
  const before = await connect({ servers: server.url, reconnect: false });
  const manager = await before.jetstreamManager();
  await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
  await before.jetstream().publish('kept', 'one');
  await server.kill();
  await before.closed();
  await server.startAgain();
  const after = await connect({ servers: server.url });
  server.pause();
  const answer = after.jetstream().publish('kept', 'two');
  server.resume();
  expect((await answer).seq).toBe(2);
  await after.close();
});

test("a refused configuration is an error with the server's words, and leaves no folder behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-test-'));
  vi.stubEnv('TMPDIR', folder);
  await expect(NatsServer.start({ config: 'nonsense {' })).rejects.toThrow(/nats-server ended \(1\)/);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

test('when it is disposed of, its process and its store are gone', async () => {
  const server = await NatsServer.start();
  const { pid } = server;
  await server[Symbol.asyncDispose]();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(existsSync(server.folder)).toBe(false);
});
