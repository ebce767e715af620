import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AckPolicy, connect, StorageType, type JetStreamManager, type NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { STREAMS } from '../../bot/streams.ts';
import { ADVISORIES_STREAM } from '../../runtime/nats/consumer-advisory.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { readExporterConfig } from '../config.ts';
import { createLogger } from '../../runtime/log.ts';
import { JetStreamCollector } from './jetstream-collector.ts';
import { Selection } from './selection.ts';
import { countersIn, ExporterProcess } from './testing/exporter-process.ts';

const ADVISORIES = STREAMS.find(({ name }) => name === ADVISORIES_STREAM);
const POLL = { timeout: 20_000, interval: 100 };
/** What Prometheus waits for by default. */
const SCRAPE_TIMEOUT_MS = 10_000;
const PAGE = 256;

let resources: AsyncDisposableStack;
let server: NatsServer;
let connection: NatsConnection;
let manager: JetStreamManager;

beforeEach(async () => {
  resources = new AsyncDisposableStack();
  server = resources.use(await NatsServer.start());
  connection = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  resources.defer(async () => connection.close());
  manager = await connection.jetstreamManager();
  await manager.streams.add({ name: 'WORK', subjects: ['work.>'] });
});

afterEach(async () => {
  await resources.disposeAsync();
});

async function startExporter(env: Readonly<Record<string, string>> = {}): Promise<ExporterProcess> {
  return resources.use(await ExporterProcess.start(server.url, env));
}

async function addConsumer(name: string, stream = 'WORK'): Promise<void> {
  await manager.consumers.add(stream, { durable_name: name, ack_policy: AckPolicy.Explicit });
}

async function publish(count: number): Promise<void> {
  const jetstream = connection.jetstream();
  for (let index = 0; index < count; index += 1) await jetstream.publish('work.a', `${index}`);
}

async function takeAndRefuse(consumerName: string, count: number): Promise<void> {
  const consumer = await connection.jetstream().consumers.get('WORK', consumerName);
  for await (const message of await consumer.fetch({ max_messages: count, expires: 5_000 }))
    message.nak(60_000);
  await connection.flush();
}

function consumersIn(text: string): string[] {
  const lines = text.matchAll(/^jetstream_consumer_num_pending\{.*consumer_name="([^"]+)"/gm);
  return [...lines].map(([, name]) => name ?? '');
}

test('while NATS is away there is nothing but the fact, and afterwards the figures go on', async () => {
  if (ADVISORIES) await manager.streams.add(ADVISORIES);
  await addConsumer('taker');
  const exporter = await startExporter();
  await publish(20);
  await takeAndRefuse('taker', 10);
  const before = await exporter.scrape();
  expect(before.sum('jetstream_exporter_up')).toBe(1);
  expect(countersIn(before, 'taker')).toMatchObject({ deliveries: 10, naks: 10 });

  await server.stop();
  await expect.poll(async () => (await exporter.scrape()).sum('jetstream_exporter_up'), POLL).toBe(0);
  const during = await exporter.scrape();
  expect(during.text).toContain('jetstream_exporter_up 0');
  expect(during.text).not.toMatch(/^jetstream_(consumer|stream)_\w+[{ ]/m);
  expect((await ready(exporter)).status).toBe(503);

  await server.startAgain();
  await expect.poll(async () => (await exporter.scrape()).sum('jetstream_exporter_up'), POLL).toBe(1);
  await publish(5);
  await takeAndRefuse('taker', 15);
  const after = await exporter.scrape();
  expect(countersIn(after, 'taker')).toMatchObject({ deliveries: 25, naks: 25, terminations: 0 });
  expect((await ready(exporter)).status).toBe(200);
});

test('a server that accepts and never answers does not hold up a scrape longer than Prometheus waits', async () => {
  const exporter = await startExporter();
  server.pause();
  try {
    const startedAt = performance.now();
    const scraped = await exporter.scrape();
    expect(performance.now() - startedAt).toBeLessThan(SCRAPE_TIMEOUT_MS);
    expect(scraped.text).toContain('jetstream_exporter_up 0');
    expect(scraped.text).not.toMatch(/^jetstream_(consumer|stream)_\w+[{ ]/m);
  } finally {
    server.resume();
  }
  await expect.poll(async () => (await exporter.scrape()).sum('jetstream_exporter_up'), POLL).toBe(1);
});

test('an exporter that is there before NATS says so, and begins when NATS comes', async () => {
  await server.stop();
  const exporter = resources.use(new ExporterProcess(server.url, { NATS_CONNECT_TIMEOUT_MS: '1000' }));
  const early = await exporter.scrape();
  expect(early.text).toContain('jetstream_exporter_up 0');
  await exporter.process.waitForLine((line) => line.includes('waiting for NATS') || undefined);
  await server.startAgain();
  await expect.poll(async () => (await exporter.scrape()).sum('jetstream_exporter_up'), POLL).toBe(1);
});

test('whoever asks during a collection shares it', async () => {
  await addConsumer('taker');
  let lists = 0;
  connection.subscribe('$JS.API.*.LIST.>', { callback: () => (lists += 1) });
  connection.subscribe('$JS.API.*.LIST', { callback: () => (lists += 1) });
  const collector = new JetStreamCollector({
    connection,
    connected: () => true,
    selection: new Selection(readExporterConfig({}).selection),
    advisoriesStream: ADVISORIES_STREAM,
    timeoutMs: SCRAPE_TIMEOUT_MS,
    onCollected: () => undefined,
    log: createLogger({ component: 'test', level: 'silent' }),
  });
  const readings = await Promise.all(Array.from({ length: 10 }, async () => collector.collect()));
  expect(new Set(readings).size).toBe(1);
  expect(readings[0]?.consumers.map(({ info }) => info.name)).toEqual(['taker']);
  await connection.flush();
  expect(lists).toBe(2);
  expect(await collector.collect()).not.toBe(readings[0]);
});

test('without a stream that captures advisories there are no numbers that would need them', async () => {
  await addConsumer('taker');
  const exporter = await startExporter();
  await publish(10);
  await takeAndRefuse('taker', 5);
  const without = await exporter.scrape();
  expect(countersIn(without, 'taker').deliveries).toBe(5);
  expect(without.text).not.toMatch(/^jetstream_consumer_(naks|redeliveries|max_deliveries)_total\{/m);
  expect(without.text).not.toMatch(/^jetstream_exporter_advisories_pending /m);

  if (ADVISORIES) await manager.streams.add(ADVISORIES);
  expect(countersIn(await exporter.scrape(), 'taker').naks).toBe(0);
  await takeAndRefuse('taker', 5);
  await expect.poll(async () => countersIn(await exporter.scrape(), 'taker').naks, POLL).toBe(5);
  expect((await exporter.scrape()).text).toContain('jetstream_exporter_advisories_pending 0');
});

test('messages that are deleted while they wait for an answer are not terminations', async () => {
  if (ADVISORIES) await manager.streams.add(ADVISORIES);
  await addConsumer('taker');
  const exporter = await startExporter();
  await publish(20);
  const consumer = await connection.jetstream().consumers.get('WORK', 'taker');
  for await (const message of await consumer.fetch({ max_messages: 20, expires: 5_000 })) {
    if (message.seq <= 3) message.term();
    else await manager.streams.deleteMessage('WORK', message.seq);
  }
  const falseOnes = async () => (await manager.streams.info(ADVISORIES_STREAM)).state.messages;
  await expect.poll(falseOnes, POLL).toBeGreaterThanOrEqual(3);
  await expect.poll(async () => countersIn(await exporter.scrape(), 'taker').terminations, POLL).toBe(3);
  console.info(`3 messages terminated, 17 deleted, ${await falseOnes()} advisories`);
});

test('a consumer created anew goes on, an exporter started anew begins at zero', async () => {
  if (ADVISORIES) await manager.streams.add(ADVISORIES);
  await addConsumer('taker');
  const exporter = await startExporter();
  await publish(30);
  await takeAndRefuse('taker', 20);
  expect(countersIn(await exporter.scrape(), 'taker')).toMatchObject({ deliveries: 20, naks: 20 });
  await manager.consumers.delete('WORK', 'taker');
  await addConsumer('taker');
  await takeAndRefuse('taker', 30);
  expect(countersIn(await exporter.scrape(), 'taker')).toMatchObject({
    deliveries: 50,
    redeliveries: 0,
    naks: 50,
  });
  const second = await startExporter();
  const zero = { deliveries: 0, redeliveries: 0, naks: 0, maxDeliveries: 0, ackWaitExpirations: 0 };
  expect(countersIn(await second.scrape(), 'taker')).toMatchObject(zero);
  await publish(7);
  await takeAndRefuse('taker', 7);
  expect(countersIn(await second.scrape(), 'taker')).toMatchObject({ deliveries: 7, naks: 7 });
  expect(countersIn(await exporter.scrape(), 'taker')).toMatchObject({ deliveries: 57, naks: 57 });
});

test('lists longer than a page are read whole', async () => {
  const memory = { storage: StorageType.Memory };
  for (let index = 0; index < PAGE + 4; index += 1) {
    await manager.streams.add({ ...memory, name: `S${index}`, subjects: [`s.${index}`] });
    await addConsumer(`c${index}`);
  }
  const exporter = await startExporter();
  const { text } = await exporter.scrape();
  expect(consumersIn(text)).toHaveLength(PAGE + 4);
  expect(text.match(/^jetstream_stream_last_seq\{/gm)).toHaveLength(PAGE + 5);
});

test('only what is selected is watched, and neither passing consumers nor the exporter’s own', async () => {
  if (ADVISORIES) await manager.streams.add(ADVISORIES);
  await manager.streams.add({ name: 'OTHER', subjects: ['other'] });
  for (const name of ['a-worker', 'b-worker', 'probe']) await addConsumer(name);
  await addConsumer('c-worker', 'OTHER');
  await manager.consumers.add('WORK', { ack_policy: AckPolicy.Explicit });
  const exporter = await startExporter({
    JETSTREAM_STREAMS_EXCLUDED: 'OTHER',
    JETSTREAM_CONSUMERS: '*-worker',
    JETSTREAM_CONSUMERS_EXCLUDED: 'b-*',
  });
  expect(consumersIn((await exporter.scrape()).text)).toEqual(['a-worker']);

  const all = await startExporter({ JETSTREAM_EPHEMERAL_CONSUMERS: 'include' });
  await publish(1);
  await takeAndRefuse('a-worker', 1);
  // Now its own consumer exists.
  await expect.poll(async () => countersIn(await all.scrape(), 'a-worker').naks, POLL).toBe(1);
  const names = consumersIn((await all.scrape()).text);
  expect(names).toHaveLength(5);
  expect((await manager.consumers.list(ADVISORIES_STREAM).next()).length).toBeGreaterThan(0);
});

test('advisories that were read by a collection that failed are counted by the next one', async () => {
  const denied = 'permissions: { publish: { deny: "$JS.API.STREAM.MSG.GET.>" } }';
  const users = `{ user: bot, password: b }, { user: exporter, password: e, ${denied} }`;
  const strict = resources.use(await NatsServer.start({ config: `authorization { users: [${users}] }` }));
  connection = await connect({ servers: strict.url, user: 'bot', pass: 'b' });
  resources.defer(async () => connection.close());
  manager = await connection.jetstreamManager();
  if (ADVISORIES) await manager.streams.add(ADVISORIES);
  await manager.streams.add({ name: 'WORK', subjects: ['work.>'] });
  await addConsumer('taker');
  const exporter = resources.use(
    await ExporterProcess.start(strict.url, { NATS_USER: 'exporter', NATS_PASSWORD: 'e' }),
  );
  await publish(10);
  const consumer = await connection.jetstream().consumers.get('WORK', 'taker');
  for await (const message of await consumer.fetch({ max_messages: 10, expires: 5_000 })) {
    if (message.seq === 5) message.term();
    else message.nak(60_000);
  }
  // A hole in the stream: only a look at the message tells whether it was terminated or deleted.
  await manager.streams.deleteMessage('WORK', 9);
  const captured = async () => (await manager.streams.info(ADVISORIES_STREAM)).state.messages;
  await expect.poll(captured, POLL).toBeGreaterThanOrEqual(10);
  for (let scrape = 0; scrape < 2; scrape += 1) {
    expect((await exporter.scrape()).text).toContain('jetstream_exporter_up 0');
  }

  const file = join(strict.folder, 'nats.conf');
  await writeFile(file, (await readFile(file, 'utf8')).replace(denied, ''));
  process.kill(strict.pid, 'SIGHUP');
  await expect.poll(async () => (await exporter.scrape()).sum('jetstream_exporter_up'), POLL).toBe(1);
  expect(countersIn(await exporter.scrape(), 'taker')).toMatchObject({ naks: 9, terminations: 1 });
});

test('an account without JetStream is told apart from one without consumers', async () => {
  const bare = resources.use(
    await NatsServer.start({ config: 'accounts { A { users [{user: a, password: a}] } }\nno_auth_user: a' }),
  );
  const exporter = resources.use(await ExporterProcess.start(bare.url));
  expect((await exporter.scrape()).text).toContain('jetstream_exporter_up 0');
  await exporter.process.waitForLine((line) => line.includes('JetStream cannot be read') || undefined);
});

async function ready(exporter: ExporterProcess): Promise<Response> {
  return fetch(`http://127.0.0.1:${await exporter.port()}/health/ready`);
}
