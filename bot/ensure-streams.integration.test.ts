import { AckPolicy, connect, nanos, StorageType, type JetStreamManager, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { NatsServer } from '../deploy/local/nats-server.ts';
import { createLogger } from '../runtime/log.ts';
import { EVENTS_STREAM } from './events.ts';
import { ensureConsumer, ensureStreams } from './ensure-streams.ts';
import { CONSUMERS, MOVER_CONSUMER, STREAMS } from './streams.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const CONSUMER = CONSUMERS['moderation-worker'];

let server: NatsServer;
let connection: NatsConnection;
let manager: JetStreamManager;

beforeAll(async () => {
  server = await NatsServer.start();
});

afterAll(async () => server[Symbol.asyncDispose]());

beforeEach(async () => {
  connection = await connect({ servers: server.url });
  manager = await connection.jetstreamManager();
});

afterEach(async () => {
  for await (const name of manager.streams.names()) await manager.streams.delete(name);
  await connection.close();
});

async function ensureAll(by = manager): Promise<void> {
  await ensureStreams(by, STREAMS, { replicas: 1 }, log);
  for (const consumer of [...Object.values(CONSUMERS), MOVER_CONSUMER])
    await ensureConsumer(by, consumer, log);
}

async function streamNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of manager.streams.names()) names.push(name);
  return names.toSorted();
}

test('eight processes that start at once end with one set of streams and consumers', async () => {
  const connections = await Promise.all(Array.from({ length: 8 }, () => connect({ servers: server.url })));
  const managers = await Promise.all(connections.map(async (each) => each.jetstreamManager()));
  await Promise.all(managers.map(ensureAll));
  await Promise.all(connections.map(async (each) => each.close()));
  expect(await streamNames()).toEqual(['ADVISORIES', 'DISCORD_DEAD', 'DISCORD_EVENTS', 'TASKS']);
  await ensureAll();
  expect((await manager.streams.info(EVENTS_STREAM)).state.consumer_count).toBe(3);
});

test('the captured advisories reach their stream', async () => {
  await ensureAll();
  const jetstream = connection.jetstream();
  await jetstream.publish(CONSUMER.filter_subject, '{}');
  const consumer = await jetstream.consumers.get(EVENTS_STREAM, CONSUMER.durable_name);
  (await consumer.next())?.term();
  await connection.flush();
  await expect.poll(async () => (await manager.streams.info('ADVISORIES')).state.messages).toBe(1);
});

test('limits and replicas that an operator tuned are kept', async () => {
  await manager.streams.add({
    ...STREAMS[0],
    subjects: [...STREAMS[0].subjects, 'more'],
    max_bytes: 1_000_000,
  });
  await ensureAll();
  expect((await manager.streams.info(EVENTS_STREAM)).config.max_bytes).toBe(1_000_000);
});

test.each([
  {
    setting: 'subjects',
    with: { subjects: ['discord.events.message_create'] },
    got: 'discord.events.message_create',
  },
  { setting: 'storage', with: { storage: StorageType.Memory }, got: 'memory' },
  { setting: 'duplicate_window', with: { duplicate_window: nanos(1_000) }, got: '1 s' },
])('a stream with other $setting is refused with a way out', async ({ setting, with: other, got }) => {
  await manager.streams.add({ ...STREAMS[0], subjects: [...STREAMS[0].subjects], ...other });
  const error: unknown = await ensureAll().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'STREAM_MISMATCH', exitCode: 2 });
  expect(String(error)).toContain(`Stream DISCORD_EVENTS exists but cannot serve. ${setting}: expected`);
  expect(String(error)).toContain(`got ${got}. To fix it: `);
});

test('the fix that a mismatch names is right for the duplicate window', async () => {
  await manager.streams.add({
    ...STREAMS[0],
    subjects: [...STREAMS[0].subjects],
    duplicate_window: nanos(1_000),
  });
  await expect(ensureAll()).rejects.toThrow('nats stream edit DISCORD_EVENTS --dupe-window=120000ms');
  await manager.streams.update(EVENTS_STREAM, { duplicate_window: nanos(120_000) });
  await ensureAll();
});

test('another stream that holds our subjects is named', async () => {
  await manager.streams.add({ name: 'OLD', subjects: ['discord.>'] });
  const error: unknown = await ensureAll().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'STREAM_CREATE_FAILED', exitCode: 2 });
  expect(String(error)).toContain('OLD has some of them');
});

test('three replicas on a single server are refused with the variable to change', async () => {
  const error: unknown = await ensureStreams(manager, STREAMS, { replicas: 3 }, log).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'STREAM_CREATE_FAILED', exitCode: 2 });
  expect(String(error)).toContain('NATS_REPLICAS=1 on a single server');
});

test('a consumer with another filter or acknowledgement is refused', async () => {
  await ensureStreams(manager, STREAMS, { replicas: 1 }, log);
  const { stream, ...config } = CONSUMER;
  await manager.consumers.add(stream, { ...config, filter_subject: 'discord.events.guild_create' });
  await expect(ensureConsumer(manager, CONSUMER, log)).rejects.toMatchObject({
    code: 'STREAM_MISMATCH',
    exitCode: 2,
  });
  await manager.consumers.delete(stream, config.durable_name);
  await manager.consumers.add(stream, { ...config, ack_policy: AckPolicy.All });
  await expect(ensureConsumer(manager, CONSUMER, log)).rejects.toThrow(
    'ack_policy: expected explicit, got all',
  );
});

test('a live consumer setting stays when an operator set it and follows when a release changes it', async () => {
  await ensureAll();
  const { stream, durable_name: name } = CONSUMER;
  await manager.consumers.update(stream, name, { max_ack_pending: 700 });
  expect((await ensureConsumer(manager, CONSUMER, log)).config.max_ack_pending).toBe(700);
  const nextRelease = { ...CONSUMER, ack_wait: nanos(45_000) };
  const updated = await ensureConsumer(manager, nextRelease, log);
  expect(updated.config).toMatchObject({ ack_wait: nanos(45_000), max_ack_pending: 100 });
  const { description: _, ...byHand } = updated.config;
  await manager.consumers.delete(stream, name);
  await manager.consumers.add(stream, { ...byHand, max_deliver: 9 });
  expect((await ensureConsumer(manager, CONSUMER, log)).config.max_deliver).toBe(9);
});
