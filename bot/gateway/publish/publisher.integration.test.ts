import { connect, headers as newHeaders, type NatsConnection } from 'nats';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { NatsServer } from '../../../deploy/local/nats-server.ts';
import { createLogger } from '../../../runtime/log.ts';
import { EVENT_HEADERS, EVENTS_STREAM, PAYLOAD_BUCKET, subjectOf } from '../../events.ts';
import { PayloadBucket } from '../../payload-bucket.ts';
import { STREAMS } from '../../streams.ts';
import { createFindStored } from './find-stored.ts';
import { PUBLISHER_DEFAULTS, type Publication, type PublisherOptions } from './publication.ts';
import { registerPublishMetrics } from './publish-metrics.ts';
import { Publisher } from './publisher.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const encoder = new TextEncoder();

let server: NatsServer;
let connection: NatsConnection;
let registry: Registry;
let room: number;

beforeEach(async () => {
  server = await NatsServer.start();
  connection = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  registry = new Registry();
  room = 0;
});

afterEach(async () => {
  await connection.close();
  await server[Symbol.asyncDispose]();
});

async function createStream(): Promise<void> {
  await (await connection.jetstreamManager()).streams.add(STREAMS[0]);
}

function createPublisher(options: Partial<PublisherOptions> = {}): Publisher {
  const jetstream = connection.jetstream();
  const publisher: Publisher = new Publisher({
    connection,
    options: { ...PUBLISHER_DEFAULTS, ackTimeoutMs: 500, ...options },
    payloads: new PayloadBucket(jetstream, 1),
    findStored: createFindStored(jetstream),
    streamSequence: 0,
    metrics: registerPublishMetrics(registry, () => publisher.pending),
    log,
    onRoom: () => {
      room += 1;
    },
  });
  return publisher;
}

function publication(id: number, options: { body?: string; onStored?: () => void } = {}): Publication {
  const messageId = `session:${id}`;
  const headers = newHeaders();
  headers.set(EVENT_HEADERS.messageId, messageId);
  return {
    subject: subjectOf('MESSAGE_CREATE'),
    messageId,
    headers,
    body: encoder.encode(options.body ?? `{"id":${id}}`),
    onStored: options.onStored ?? (() => undefined),
  };
}

async function storedIds(): Promise<string[]> {
  const found = await createFindStored(connection.jetstream())(0, () => true);
  return [...found.keys()];
}

async function streamMessages(): Promise<number> {
  const info = await (await connection.jetstreamManager()).streams.info(EVENTS_STREAM);
  return info.state.messages;
}

test('every message is stored in order and reported once', async () => {
  await createStream();
  const publisher = createPublisher();
  let stored = 0;
  for (let id = 1; id <= 2_000; id += 1)
    publisher.publish(publication(id, { onStored: () => (stored += 1) }));
  expect(await publisher.flush(10_000)).toBe(true);
  expect(stored).toBe(2_000);
  expect(await storedIds()).toEqual(Array.from({ length: 2_000 }, (_, index) => `session:${index + 1}`));
  publisher.close();
});

test('a repeat is acknowledged, dropped and counted', async () => {
  await createStream();
  const publisher = createPublisher();
  publisher.publish(publication(1));
  publisher.publish(publication(1));
  await publisher.flush(5_000);
  expect(await streamMessages()).toBe(1);
  expect(await registry.getSingleMetricAsString('discord_publish_duplicates_total')).toContain('_total 1');
  publisher.close();
});

test('without a stream nothing is lost: it is tried again until there is one', async () => {
  const publisher = createPublisher();
  publisher.publish(publication(1));
  expect(await publisher.flush(800)).toBe(false);
  await createStream();
  expect(await publisher.flush(5_000)).toBe(true);
  expect(await streamMessages()).toBe(1);
  publisher.close();
});

test('what is published while the server is away, paused or killed is stored exactly once', async () => {
  await createStream();
  const publisher = createPublisher();
  let id = 0;
  const publishSome = () => {
    for (let count = 0; count < 100; count += 1) publisher.publish(publication((id += 1)));
  };
  publishSome();
  await server.kill();
  publishSome();
  await server.startAgain();
  publishSome();
  expect(await publisher.flush(15_000)).toBe(true);
  server.pause();
  publishSome();
  // Longer than the acknowledgement timeout: every one of them is sent twice.
  expect(await publisher.flush(1_500)).toBe(false);
  server.resume();
  expect(await publisher.flush(15_000)).toBe(true);
  expect(new Set(await storedIds()).size).toBe(400);
  expect(await streamMessages()).toBe(400);
  publisher.close();
});

test('after the duplicate window the stream itself tells what is stored', async () => {
  await createStream();
  const publisher = createPublisher({ duplicateWindowMs: 1 });
  let stored = 0;
  // Stored by an earlier try whose acknowledgement never came, long enough ago to be forgotten.
  const manager = await connection.jetstreamManager();
  await manager.streams.update(EVENTS_STREAM, { duplicate_window: 100_000_000 });
  await connection.jetstream().publish(subjectOf('MESSAGE_CREATE'), 'earlier', { msgID: 'session:1' });
  await new Promise((resolve) => setTimeout(resolve, 300));
  server.pause();
  publisher.publish(publication(1, { onStored: () => (stored += 1) }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await server.kill();
  await server.startAgain();
  expect(await publisher.flush(15_000)).toBe(true);
  expect([stored, await streamMessages()]).toEqual([1, 1]);
  publisher.close();
});

test('the window reports full, and room once half of it is free', async () => {
  await createStream();
  const publisher = createPublisher({ windowMessages: 10 });
  server.pause();
  for (let id = 1; id <= 10; id += 1) publisher.publish(publication(id));
  expect([publisher.full, room]).toEqual([true, 0]);
  server.resume();
  await publisher.flush(10_000);
  expect([publisher.full, room]).toEqual([false, 1]);
  publisher.close();
});

test('a body above the limit of the server goes to the payload store', async () => {
  await createStream();
  const publisher = createPublisher();
  const body = JSON.stringify('x'.repeat(2 * 1024 * 1024));
  publisher.publish(publication(1, { body }));
  expect(await publisher.flush(10_000)).toBe(true);
  const message = await (await connection.jetstreamManager()).streams.getMessage(EVENTS_STREAM, { seq: 1 });
  expect(message.header.get(EVENT_HEADERS.payloadRef)).toBe('session:1');
  const bucket = await connection.jetstream().views.os(PAYLOAD_BUCKET);
  const stored = await bucket.getBlob('session:1');
  expect(new TextDecoder().decode(stored ?? new Uint8Array())).toBe(body);
  publisher.close();
});

test('what may not be published any more is not sent again, and does not hold up a flush', async () => {
  await createStream();
  const publisher = createPublisher({ ackTimeoutMs: 100 });
  let mine = true;
  let dropped = 0;
  server.pause();
  const onDropped = () => (dropped += 1);
  for (let id = 1; id <= 3; id += 1)
    publisher.publish({ ...publication(id), mayPublish: () => mine, onDropped });
  await server.kill();
  mine = false;
  publisher.publish({ ...publication(4), mayPublish: () => mine, onDropped });
  publisher.publish(publication(5));
  await server.startAgain();
  expect(await publisher.flush(10_000)).toBe(true);
  expect(dropped).toBe(4);
  expect(await storedIds()).toEqual(['session:5']);
  publisher.close();
});
