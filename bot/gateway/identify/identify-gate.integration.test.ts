import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { NatsServer } from '../../../deploy/local/nats-server.ts';
import { createLogger } from '../../../runtime/log.ts';
import { IdentifyGate, mayIdentify } from './identify-gate.ts';
import { IdentifySlots } from './identify-slots.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const PLENTY = { total: 1_000, remaining: 1_000, reset_after: 0, max_concurrency: 1 };

let server: NatsServer;
const connections: NatsConnection[] = [];

beforeAll(async () => {
  server = await NatsServer.start();
});

afterAll(async () => {
  await Promise.all(connections.map(async (connection) => connection.close()));
  await server[Symbol.asyncDispose]();
});

/** A gate with its own connection, as another process would have. */
async function createGate(limit = PLENTY): Promise<IdentifyGate> {
  const connection = await connect({ servers: server.url });
  connections.push(connection);
  const slots = await IdentifySlots.open(connection, connection.jetstream(), 1, log);
  const info = {
    fetch: async () => ({ url: '', shards: 1, session_start_limit: limit }),
    remaining: limit.remaining,
    countIdentify: () => undefined,
  };
  return new IdentifyGate({ slots, info, reserveRatio: 0.1, log });
}

test('processes that start together identify at least 5 s apart in a bucket, and other buckets do not wait', async () => {
  const [one, two] = await Promise.all([createGate(), createGate()]);
  const never = new AbortController().signal;
  const startedAt = performance.now();
  const times = new Map<number, number>();
  const wait = async (gate: IdentifyGate, shard: number) => {
    await gate.wait(shard, 2, never);
    times.set(shard, performance.now() - startedAt);
  };
  await Promise.all([wait(one, 0), wait(two, 2), wait(one, 1), wait(two, 4)]);
  const even = [0, 2, 4].map((shard) => times.get(shard) ?? NaN).toSorted((a, b) => a - b);
  const gaps = even.slice(1).map((time, index) => time - (even[index] ?? NaN));
  expect(Math.min(...gaps)).toBeGreaterThan(5_000);
  expect(Math.max(...gaps)).toBeLessThan(7_500);
  expect(times.get(1)).toBeLessThan(1_000);
});

test('one that gives up does not let those behind it overtake', async () => {
  const gate = await createGate();
  const patient = new AbortController().signal;
  const order: number[] = [];
  const impatient = new AbortController();
  const key = 7;
  const first = gate.wait(key, 8, patient).then(() => order.push(1));
  const second = gate.wait(key, 8, impatient.signal).catch(() => order.push(2));
  const third = gate.wait(key, 8, patient).then(() => order.push(3));
  await first;
  impatient.abort();
  await Promise.all([second, third]);
  expect(order).toEqual([1, 2, 3]);
});

test('a low budget blocks, and only an abort ends the wait', async () => {
  const gate = await createGate({ ...PLENTY, remaining: 100 });
  const abort = new AbortController();
  const waiting = gate.wait(0, 1, abort.signal);
  await expect.poll(() => gate.blocked).toBe(true);
  abort.abort();
  await expect(waiting).rejects.toThrow();
});

test('a tenth of the budget is never used', () => {
  expect([mayIdentify(101, 1_000, 0.1), mayIdentify(100, 1_000, 0.1), mayIdentify(3, 20, 0.1)]).toEqual([
    true,
    false,
    true,
  ]);
});
