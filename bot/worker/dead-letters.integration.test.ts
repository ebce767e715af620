import { writeFile } from 'node:fs/promises';

import { headers as newHeaders } from 'nats';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { scrape } from '../testing/scrape.ts';
import { CONSUMERS, DEAD_STREAM, DEAD_SUBJECT_PREFIX } from '../streams.ts';
import { DEAD_HEADERS } from './dead/dead-letter.ts';
import { CURE_SUFFIX, type Order } from './testing/test-handlers.ts';
import { WorkerRig, type WorkerProcess } from './testing/worker-rig.ts';

const CONSUMER = 'moderation-worker';
const MAX_DELIVER = CONSUMERS[CONSUMER].max_deliver;

let rig: WorkerRig;

beforeAll(async () => {
  rig = await WorkerRig.start();
  await rig.tune(CONSUMER, { ackWaitMs: 1_000 });
});

afterAll(async () => rig[Symbol.asyncDispose]());

afterEach(async () => {
  await rig.killWorkers();
  await rig.manager.streams.purge(DEAD_STREAM);
});

/** The only dead letter, once it is there. */
async function theDeadLetter() {
  const message = await rig.until(async () => {
    const { state } = await rig.manager.streams.info(DEAD_STREAM);
    return state.messages > 0 ? rig.deadLetter(state.last_seq) : undefined;
  });
  expect(await rig.deadLetters()).toBe(1);
  return message;
}

async function expectMetric(
  worker: WorkerProcess,
  family: string,
  labels: Record<string, string>,
  value: number,
) {
  await expect.poll(async () => (await scrape(worker.port)).sum(family, labels)).toBe(value);
}

test('an event whose handler throws each time is a dead letter after max_deliver deliveries', async () => {
  const worker = await rig.startTestWorker();
  const { seq } = await rig.order({ do: 'throw', id: 'poison' });
  const letter = await theDeadLetter();
  expect(letter.subject).toBe(`discord.dead.${CONSUMER}`);
  expect(letter.json<Order>().id).toBe('poison');
  const header = (name: string) => letter.header.get(name);
  expect(header(DEAD_HEADERS.reason)).toBe('last-attempt');
  expect(header(DEAD_HEADERS.deliveries)).toBe(String(MAX_DELIVER));
  expect(header(DEAD_HEADERS.error)).toBe('this event cannot be handled');
  expect(header(DEAD_HEADERS.subject)).toBe('discord.events.message_create');
  expect(header(DEAD_HEADERS.originalId)).toBe('test:poison');
  expect(header('Nats-Msg-Id')).toBe(`DISCORD_EVENTS:${CONSUMER}:${seq}`);
  expect(header('Discord-Event')).toBe('MESSAGE_CREATE');
  await expectMetric(worker, 'worker_events_total', { outcome: 'retry' }, MAX_DELIVER - 1);
  await expectMetric(worker, 'worker_events_total', { outcome: 'dead' }, 1);
  await expectMetric(worker, 'worker_deliveries_total', { redelivered: 'true' }, MAX_DELIVER - 1);
  await rig.drained(CONSUMER);
});

test.each([
  {
    what: 'a body that is not JSON',
    body: 'hello, this is { not JSON',
    reason: /^the body \(25 bytes\) is not JSON$/,
  },
  { what: 'a permanent failure', body: { do: 'permanent', id: 'never' }, reason: /^no attempt can help$/ },
])('$what is a dead letter after one delivery', async ({ body, reason }) => {
  await rig.startTestWorker();
  await rig.publish('MESSAGE_CREATE', body, { messageId: `permanent:${reason.source}` });
  const { header } = await theDeadLetter();
  expect(header.get(DEAD_HEADERS.reason)).toBe('permanent');
  expect(header.get(DEAD_HEADERS.deliveries)).toBe('1');
  expect(header.get(DEAD_HEADERS.error)).toMatch(reason);
});

test('an event that kills its process each time is moved to the dead letters', async () => {
  await rig.order({ do: 'die', id: 'killer' });
  for (let death = 0; death < MAX_DELIVER; death += 1) {
    expect((await rig.spawnTestWorker().exited).signal).toBe('SIGKILL');
  }
  const worker = await rig.startTestWorker();
  const letter = await theDeadLetter();
  expect(letter.json<Order>().id).toBe('killer');
  expect(letter.header.get(DEAD_HEADERS.reason)).toBe('crash-loop');
  expect(letter.header.get(DEAD_HEADERS.deliveries)).toBe(String(MAX_DELIVER));
  await expectMetric(worker, 'worker_dead_letters_total', { path: 'mover', payload: 'present' }, 1);
  expect((await fetch(`http://127.0.0.1:${worker.port}/health/live`)).status).toBe(200);
});

test('replay brings an event back to its consumer and removes the dead letter', async () => {
  await rig.startTestWorker();
  await rig.order({ do: 'cured', id: 'patient' });
  const { seq } = await theDeadLetter();
  const list = await rig.dlq('list', '--consumer', CONSUMER);
  expect(list).toMatchObject({ code: 0, output: expect.stringContaining('not cured yet') });
  expect(list.output).not.toContain('patient"');
  expect((await rig.dlq('show', String(seq))).output).toContain('"id": "patient"');
  const dry = await rig.dlq('replay', String(seq), '--dry-run');
  expect(dry).toMatchObject({ code: 0, output: expect.stringContaining(`would replay ${seq}`) });
  expect(await rig.deadLetters()).toBe(1);
  await writeFile(rig.file + CURE_SUFFIX, '');
  const replay = await rig.dlq('replay', '--consumer', CONSUMER);
  expect(replay).toMatchObject({ code: 0, output: expect.stringContaining('1 of 1 replayed') });
  await rig.until(async () => ((await rig.handled()).includes('patient') ? true : undefined));
  expect(await rig.deadLetters()).toBe(0);
});

test('a dead letter whose message is gone is recorded, and cannot be replayed', async () => {
  const worker = await rig.startTestWorker();
  await advise(999_999);
  const letter = await theDeadLetter();
  expect(letter.data.length).toBe(0);
  expect(letter.header.get(DEAD_HEADERS.payload)).toBe('gone');
  await expectMetric(worker, 'worker_dead_letters_total', { path: 'mover', payload: 'gone' }, 1);
  const replay = await rig.dlq('replay', String(letter.seq));
  expect(replay).toMatchObject({ code: 1, output: expect.stringContaining('cannot be replayed') });
  expect(await rig.deadLetters()).toBe(1);
});

test('the server telling of a message that has a dead letter already adds none, after any time', async () => {
  const { seq } = await rig.order({ do: 'work', id: 'buried' });
  const headers = newHeaders();
  headers.set(DEAD_HEADERS.stream, 'DISCORD_EVENTS');
  headers.set(DEAD_HEADERS.streamSequence, String(seq));
  headers.set(DEAD_HEADERS.originalId, 'test:buried');
  // Without the id by which JetStream would drop a repeat, as after the duplicate window.
  await rig.jetstream.publish(DEAD_SUBJECT_PREFIX + CONSUMER, '{}', { headers });
  await rig.startTestWorker();
  await advise(seq);
  const acknowledged = async () =>
    (await rig.manager.consumers.info('ADVISORIES', 'dead-letter-mover')).ack_floor;
  const { last_seq } = (await rig.manager.streams.info('ADVISORIES')).state;
  await rig.until(async () => ((await acknowledged()).stream_seq >= last_seq ? true : undefined));
  expect(await rig.deadLetters()).toBe(1);
});

test('an event is not lost when its dead letter cannot be stored', async () => {
  await rig.startTestWorker();
  await rig.manager.streams.update(DEAD_STREAM, { subjects: ['discord.dead.nobody'] });
  await rig.order({ do: 'throw', id: 'homeless' });
  await rig.until(async () => {
    const { state } = await rig.manager.streams.info('ADVISORIES', {
      subjects_filter: '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>',
    });
    const told = Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
    return told > 0 ? true : undefined;
  });
  await rig.manager.streams.update(DEAD_STREAM, { subjects: [`${DEAD_SUBJECT_PREFIX}>`] });
  expect((await theDeadLetter()).json<Order>().id).toBe('homeless');
});

test('list, purge and refusals of the dlq command', async () => {
  expect(await rig.dlq('list')).toMatchObject({ code: 0, output: '0 dead letters' });
  expect(await rig.dlq('replay', '--all')).toMatchObject({
    code: 1,
    output: expect.stringContaining('nothing was done'),
  });
  expect(await rig.dlq('show', '12345')).toMatchObject({
    code: 1,
    output: expect.stringContaining('no dead letter 12345'),
  });
  expect(await rig.dlq('show', 'x')).toMatchObject({
    code: 2,
    output: expect.stringContaining('whole number'),
  });
  const unknown = await rig.dlq('list', '--consumer', 'moderator');
  expect(unknown).toMatchObject({
    code: 1,
    output: expect.stringContaining('expected one of moderation-worker'),
  });
  await rig.startTestWorker();
  await Promise.all(['a', 'b', 'c'].map(async (id) => rig.order({ do: 'permanent', id })));
  await rig.until(async () => ((await rig.deadLetters()) === 3 ? true : undefined));
  const limited = await rig.dlq('list', '--limit', '2', '--json');
  const lines = limited.output
    .split('\n')
    .map((line) => JSON.parse(line) as { consumer: string; deliveries: number });
  expect(lines).toMatchObject([{ consumer: CONSUMER, deliveries: 1 }, { deliveries: 1 }]);
  expect(await rig.dlq('purge', '--all')).toMatchObject({
    code: 2,
    output: expect.stringContaining('3 would be removed'),
  });
  expect(await rig.dlq('purge', '--consumer', CONSUMER, '--yes')).toMatchObject({
    code: 0,
    output: '3 removed',
  });
  expect(await rig.deadLetters()).toBe(0);
});

/** What a server sends when deliveries are exhausted. */
async function advise(streamSequence: number) {
  rig.connection.publish(
    `$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.DISCORD_EVENTS.${CONSUMER}`,
    JSON.stringify({
      type: 'io.nats.jetstream.advisory.v1.max_deliver',
      stream: 'DISCORD_EVENTS',
      consumer: CONSUMER,
      stream_seq: streamSequence,
      deliveries: MAX_DELIVER,
    }),
  );
  await rig.connection.flush();
}
