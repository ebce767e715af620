import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';
import { expect, test } from 'vitest';

import type { GatewayProcess } from '../../testing/pipeline.ts';
import { leaseTimes } from './lease-times.ts';
import { LeaseRig, STORES, type StoreName } from './testing/lease-rig.ts';
import { TcpProxy } from './testing/tcp-proxy.ts';

const STALE_MS = 6_000;
const { beatMs, pollMs } = leaseTimes(STALE_MS);
/** What a busy machine takes to notice, claim and resume. */
const SLACK_MS = 2_000;
const SETTLE_MS = 500;

interface Pair extends AsyncDisposable {
  readonly rig: LeaseRig;
  readonly one: GatewayProcess;
  readonly two: GatewayProcess;
}

/** Two gateways with four shards each, under traffic. */
async function startPair(store: StoreName): Promise<Pair> {
  const rig = await LeaseRig.start({ store, shardCount: 8, staleMs: STALE_MS });
  const one = rig.startGateway(1);
  const two = rig.startGateway(2);
  await rig.spread([one, two], [4, 4]);
  rig.pipeline.simulator.traffic.start({ eventsPerSecond: 400 });
  await sleep(SETTLE_MS);
  return { rig, one, two, [Symbol.asyncDispose]: async () => rig[Symbol.asyncDispose]() };
}

async function expectNothingLost(rig: LeaseRig): Promise<void> {
  const comparison = await rig.stored();
  expect(comparison).toMatchObject({ missing: [], repeated: [], unknown: [] });
  expect(rig.ledger.identifies()).toHaveLength(8);
  expect(rig.tap.late()).toEqual([]);
  const owners = [...rig.tap.owners().values()].reduce((sum, count) => sum + count, 0);
  console.info(`${comparison.stored} stored exactly once, ${owners} ownerships, none late, 0 IDENTIFYs`);
}

test.each(STORES)('%s: after kill -9 the shards are taken over in time and resumed', async (store) => {
  await using pair = await startPair(store);
  const { rig, one, two } = pair;
  await one.process.stop('SIGKILL');
  const tookMs = await rig.spread([two], [8]);
  // The last beat was up to `beatMs` before the kill.
  expect(tookMs).toBeGreaterThan(STALE_MS - beatMs - SETTLE_MS);
  expect(tookMs).toBeLessThan(STALE_MS + 2 * pollMs + SLACK_MS);
  await sleep(SETTLE_MS);
  await expectNothingLost(rig);
});

test.each(STORES)(
  '%s: a process that stood still for too long publishes nothing afterwards, and joins again',
  async (store) => {
    await using pair = await startPair(store);
    const { rig, one, two } = pair;
    // Twice: the second time with a lease that it got after the first.
    for (let round = 0; round < 2; round += 1) {
      one.process.signal('SIGSTOP');
      await rig.spread([two], [8]);
      await sleep(SETTLE_MS);
      one.process.signal('SIGCONT');
      await rig.spread([one, two], [4, 4]);
      await sleep(SETTLE_MS);
    }
    expect(one.process.output).toContain('leases ended: shards closed');
    expect((await one.scrape()).value('discord_shard_leases_lost_total')).toBe(8);
    await expectNothingLost(rig);
  },
);

test.each(STORES)(
  '%s: without the store every shard is closed at the deadline; afterwards all resume',
  async (store) => {
    await using pair = await startPair(store);
    const { rig, one, two } = pair;
    const server = store === 'nats_kv' ? rig.pipeline.nats : rig.postgres;
    await server.stop();
    const tookMs = await rig.spread([one, two], [0, 0]);
    expect(tookMs).toBeLessThan(STALE_MS + SLACK_MS);
    const attempts = rig.tap.attempts.length;
    await sleep(STALE_MS / 2);
    expect(rig.tap.attempts).toHaveLength(attempts);
    await server.startAgain();
    await rig.spread([one, two], [4, 4]);
    await sleep(SETTLE_MS);
    await expectNothingLost(rig);
  },
);

test('a gateway that alone cannot reach the database falls silent before another takes over', async () => {
  const store = 'postgres_coordination';
  await using rig = await LeaseRig.start({ store, shardCount: 8, staleMs: STALE_MS });
  await using proxy = await TcpProxy.start(rig.postgres.port);
  const url = rig.postgres.url.replace(String(rig.postgres.port), String(proxy.port));
  const one = rig.startGateway(1, { DATABASE_URL: url });
  const two = rig.startGateway(2);
  await rig.spread([one, two], [4, 4]);
  rig.pipeline.simulator.traffic.start({ eventsPerSecond: 400 });
  await sleep(SETTLE_MS);

  proxy.cut();
  await rig.spread([one, two], [0, 8]);
  await sleep(SETTLE_MS);
  proxy.heal();
  await rig.spread([one, two], [4, 4]);
  await sleep(SETTLE_MS);
  await expectNothingLost(rig);
});

test('a clock of the database that jumps makes nobody look dead', async () => {
  await using pair = await startPair('postgres_coordination');
  const { rig, one, two } = pair;
  const client = new Client({ connectionString: rig.postgres.url });
  await client.connect();
  const resumes = rig.ledger.resumes().length;
  for (const hours of [-1, 1]) {
    for (const table of ['discord_bot_gateways', 'discord_bot_shards'])
      await client.query(
        `update ${table} set heartbeat_at = heartbeat_at + make_interval(hours => ${hours})`,
      );
    await sleep(3 * pollMs);
  }
  await client.end();
  expect(await rig.up([one, two])).toEqual([4, 4]);
  expect(rig.ledger.resumes()).toHaveLength(resumes);
  await expectNothingLost(rig);
});
