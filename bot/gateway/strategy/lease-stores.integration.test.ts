import { connect, type NatsConnection } from 'nats';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { NatsServer } from '../../../deploy/local/nats-server.ts';
import { PostgresServer } from '../../../deploy/local/postgres.ts';
import { createLogger } from '../../../runtime/log.ts';
import type { HeldLease, LeaseStore } from './lease-store.ts';
import { KvStore } from './nats-kv/kv-store.ts';
import { Database } from './postgres/database.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
import { STORES } from './testing/lease-rig.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const REQUEST_MS = 5_000;
const CONTENDERS = 8;
const SHARDS = [0, 1, 2, 3, 4, 5];
const ROUNDS = 50;
const RECORD = { shardCount: SHARDS.length, capacity: SHARDS.length, staleMs: 30_000 };

let postgres: PostgresServer;
let nats: NatsServer;
const connections: NatsConnection[] = [];
let bots = 0;

beforeAll(async () => {
  [postgres, nats] = await Promise.all([PostgresServer.start(), NatsServer.start()]);
});

afterAll(async () => {
  await Promise.all(connections.map(async (connection) => connection.close()));
  await Promise.all([postgres[Symbol.asyncDispose](), nats[Symbol.asyncDispose]()]);
});

/** As many stores as processes would have, each with a connection of its own. */
async function contenders(kind: (typeof STORES)[number], count = CONTENDERS): Promise<LeaseStore[]> {
  const bot = `bot-${(bots += 1)}`;
  const stores = await Promise.all(
    Array.from({ length: count }, async (): Promise<LeaseStore> => {
      if (kind === 'postgres_coordination')
        return new PostgresStore(new Database(postgres.url, REQUEST_MS, log), bot);
      const connection = await connect({ servers: nats.url });
      connections.push(connection);
      return new KvStore({ connection, replicas: 1, requestMs: REQUEST_MS, log });
    }),
  );
  // At the same time: tables and buckets are made by whoever is first.
  await Promise.all(stores.map(async (store) => store.open()));
  return stores;
}

/** Of what it sees as free. */
async function claimFree(store: LeaseStore, owner: string): Promise<readonly HeldLease[]> {
  const { leases, members } = await store.view();
  const alive = new Set(members.map((member) => member.owner));
  const claims = SHARDS.map((shardId) => ({ shardId, lease: leases.get(shardId) }));
  return store.claim(
    owner,
    claims.filter(({ lease }) => lease?.owner === undefined || !alive.has(lease.owner)),
  );
}

describe.each(STORES)('%s', (kind) => {
  test(`of ${CONTENDERS} that claim the same shards at once each shard has one owner, ${ROUNDS} times, with rising epochs`, async () => {
    const stores = await contenders(kind);
    const names = stores.map((_, index) => `round-owner-${bots}-${index}`);
    const [first] = stores;
    if (!first) throw new Error('no store');
    await first.changeCount((await first.view()).shardCount, RECORD.shardCount);
    await Promise.all(
      stores.map(async (store, index) => store.join({ owner: names[index] ?? '', ...RECORD })),
    );
    const epochs = new Map(SHARDS.map((shardId) => [shardId, 0]));
    const winners = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const won = await Promise.all(stores.map(async (store, index) => claimFree(store, names[index] ?? '')));
      const all = won.flat();
      const shards = all.map(({ shardId }) => shardId);
      expect(new Set(shards).size, `round ${round}`).toBe(shards.length);
      // With a try-lock nobody need win all of them in a round; somebody wins each of those that are taken.
      expect(shards.length).toBeGreaterThan(0);
      for (const { shardId, epoch } of all) {
        expect(epoch).toBeGreaterThan(epochs.get(shardId) ?? Infinity);
        epochs.set(shardId, epoch);
      }
      const { leases } = await first.view();
      for (const [index, held] of won.entries()) {
        for (const { shardId, epoch } of held) {
          winners.add(names[index] ?? '');
          expect(leases.get(shardId)).toMatchObject({ owner: names[index], epoch });
        }
      }
      await Promise.all(
        stores.map(async (store, index) => store.release(names[index] ?? '', won[index] ?? [])),
      );
    }
    console.info(`${kind}: ${ROUNDS} rounds, ${winners.size} of ${CONTENDERS} contenders won some`);
    await Promise.all(stores.map(async (store, index) => store.leave(names[index] ?? '')));
    await Promise.all(stores.map(async (store) => store.close()));
  }, 120_000);

  test('only one of several removes a silent member, none one that beat meanwhile, and its shards are free', async () => {
    const [old, one, two] = await contenders(kind, 3);
    if (!old || !one || !two) throw new Error('no stores');
    const [dead, a, b] = ['dead', 'a', 'b'].map((name) => `${name}-${bots}`) as [string, string, string];
    await old.changeCount((await old.view()).shardCount, RECORD.shardCount);
    for (const [store, owner] of [
      [old, dead],
      [one, a],
      [two, b],
    ] as const)
      await store.join({ owner, ...RECORD });
    const held = await claimFree(old, dead);
    expect(held.length).toBeGreaterThan(0);
    // A living owner's shards are not to be had: a claim names what was seen, and its owner has beaten since.
    const seen = (await one.view()).members.find(({ owner }) => owner === dead);
    if (!seen) throw new Error('the member is not seen');
    expect(await old.beat(dead)).toBe(true);
    expect(await one.evict(seen)).toBe(false);

    const again = (await one.view()).members.find(({ owner }) => owner === dead);
    if (!again) throw new Error('the member is not seen');
    const evicted = await Promise.all([one.evict(again), two.evict(again)]);
    expect(evicted).toContain(true);
    expect(await old.beat(dead)).toBe(false);
    const taken = (await Promise.all([claimFree(one, a), claimFree(two, b)])).flat();
    expect(new Set(taken.map(({ shardId }) => shardId)).size).toBe(taken.length);
    // What the dead one still does comes too late.
    await old.release(dead, held);
    const { leases } = await one.view();
    for (const { shardId, epoch } of taken) expect(leases.get(shardId)?.epoch).toBe(epoch);
    await Promise.all([one.leave(a), two.leave(b)]);
    await Promise.all([old, one, two].map(async (store) => store.close()));
  });

  test('a claim from an old view wins nothing, even where the shard is free again', async () => {
    const [one, two] = await contenders(kind, 2);
    if (!one || !two) throw new Error('no stores');
    const [a, b] = [`quick-${bots}`, `slow-${bots}`];
    await one.changeCount((await one.view()).shardCount, RECORD.shardCount);
    await one.join({ owner: a, ...RECORD });
    await two.join({ owner: b, ...RECORD });
    const { leases } = await two.view();
    const old = SHARDS.map((shardId) => ({ shardId, lease: leases.get(shardId) }));
    await one.release(a, await claimFree(one, a));
    expect(await two.claim(b, old)).toEqual([]);
    await Promise.all([one.leave(a), two.leave(b)]);
    await Promise.all([one, two].map(async (store) => store.close()));
  });

  test('who leaves frees its shards at once, and two change the count from the same one only once', async () => {
    const [one, two] = await contenders(kind, 2);
    if (!one || !two) throw new Error('no stores');
    const owner = `leaver-${bots}`;
    const { shardCount } = await one.view();
    const changed = await Promise.all([
      one.changeCount(shardCount, RECORD.shardCount + 1),
      two.changeCount(shardCount, RECORD.shardCount + 2),
    ]);
    expect(changed.filter(Boolean)).toHaveLength(1);
    await one.changeCount((await one.view()).shardCount, RECORD.shardCount);
    await one.join({ owner, ...RECORD });
    const held = await claimFree(one, owner);
    expect(held.length).toBeGreaterThan(0);
    await one.leave(owner);
    const view = await two.view();
    expect(view.members.some((member) => member.owner === owner)).toBe(false);
    const other = `other-${bots}`;
    await two.join({ owner: other, ...RECORD });
    const mine = (await claimFree(two, other)).map(({ shardId }) => shardId);
    expect(mine).toEqual(expect.arrayContaining(held.map(({ shardId }) => shardId)));
    await Promise.all([one, two].map(async (store) => store.close()));
  });
});

test('bots that share a database do not see each other', async () => {
  const [mine] = await contenders('postgres_coordination', 1);
  const [theirs] = await contenders('postgres_coordination', 1);
  await mine?.join({ owner: 'mine', ...RECORD });
  expect((await theirs?.view())?.members).toEqual([]);
  await Promise.all([mine?.close(), theirs?.close()]);
});

test('a process that is paused in the middle of a claim does not keep the others from claiming', async () => {
  const [store] = await contenders('postgres_coordination', 1);
  const client = new Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  await client.query(`set local idle_in_transaction_session_timeout = 300`);
  await client.query(`select pg_try_advisory_xact_lock(hashtext('discord_bot_shards'), hashtext($1))`, [
    `bot-${bots}`,
  ]);
  await store?.changeCount(undefined, RECORD.shardCount);
  await store?.join({ owner: 'free', ...RECORD });
  if (!store) throw new Error('no store');
  expect(await claimFree(store, 'free')).toEqual([]);
  await expect.poll(async () => claimFree(store, 'free'), { timeout: 5_000 }).toHaveLength(SHARDS.length);
  await store.close();
});
