import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { labelsOf } from '../../testing/documented-labels.ts';
import type { GatewayProcess } from '../../testing/pipeline.ts';
import { LeaseRig, STORES } from './testing/lease-rig.ts';

const STALE_MS = 6_000;
const POLL = { timeout: 20_000, interval: 50 };

async function ready(gateway: GatewayProcess): Promise<{ ok: boolean; body: string }> {
  const response = await fetch(`http://127.0.0.1:${await gateway.port()}/health/ready`);
  return { ok: response.ok, body: await response.text() };
}

test('without a database a gateway waits, alive and not ready, and starts when it comes', async () => {
  await using rig = await LeaseRig.start({
    store: 'postgres_coordination',
    shardCount: 4,
    staleMs: STALE_MS,
  });
  await rig.postgres.stop();
  const gateway = rig.startGateway(1);
  await gateway.process.waitForLine(
    (line) => line.includes('"waiting for PostgreSQL at 127.0.0.1:') || undefined,
  );
  expect(await ready(gateway)).toMatchObject({ ok: false, body: expect.stringContaining('lease store') });
  const live = await fetch(`http://127.0.0.1:${await gateway.port()}/health/live`);
  expect(live.ok).toBe(true);
  await rig.postgres.startAgain();
  await rig.spread([gateway], [4]);
  await expect.poll(async () => (await ready(gateway)).ok, POLL).toBe(true);
  expect((await gateway.process.stop()).code).toBe(0);
});

test('a database that refuses is a misconfiguration, and its password is written nowhere', async () => {
  await using rig = await LeaseRig.start({
    store: 'postgres_coordination',
    shardCount: 4,
    staleMs: STALE_MS,
  });
  const url = rig.postgres.url.replace('shardwatch@', 'shardwatch:hunter2-secret%21@');
  const gateway = rig.startGateway(1, { DATABASE_URL: url.replace(/\/postgres$/, '/nothing') });
  expect(await gateway.process.exited).toMatchObject({ code: 2 });
  expect(gateway.process.output).toContain('DATABASE_REFUSED');
  expect(gateway.process.output).toContain('database "nothing" does not exist');
  const misspelt = rig.startGateway(2, { DATABASE_URL: url.replace('postgres:', 'mysql:') });
  expect(await misspelt.process.exited).toMatchObject({ code: 2 });
  expect(misspelt.process.output).toContain('DATABASE_URL: expected postgres://');
  for (const { process } of [gateway, misspelt]) expect(process.output).not.toContain('hunter2');
});

test.each(STORES)(
  '%s: spare gateways are ready, and take over when another goes; none takes more than it may',
  async (store) => {
    await using rig = await LeaseRig.start({ store, shardCount: 2, staleMs: STALE_MS });
    const one = rig.startGateway(1);
    await rig.spread([one], [2]);
    const limited = { SHARDS_PER_PROCESS: '1' };
    const others = [rig.startGateway(2, limited), rig.startGateway(3, limited)];
    await rig.spread([one, ...others], [0, 1, 1]);
    for (const gateway of [one, ...others])
      await expect.poll(async () => (await ready(gateway)).ok, POLL).toBe(true);
    const scrapes = await Promise.all([one, ...others].map(async (gateway) => gateway.scrape()));
    const expected = scrapes.map((scrape) => scrape.value('discord_shards_expected'));
    expect(expected.reduce((sum = 0, value = NaN) => sum + value, 0)).toBe(2);
    expect(scrapes.map((scrape) => scrape.value('discord_shards_configured'))).toEqual([2, 2, 2]);
    for (const scrape of scrapes) {
      const held = scrape.value('discord_shard_leases_held');
      expect(scrape.sum('discord_shard_up')).toBe(held);
      expect(scrape.value('discord_shard_lease_gateways')).toBe(3);
      expect(scrape.value('discord_shard_lease_seconds_left')).toBeGreaterThan(0);
      for (const { name, labels } of scrape.series)
        expect(labelsOf(name), name).toEqual(expect.arrayContaining(Object.keys(labels)));
    }
    await one.process.stop();
    await others[0]?.process.stop();
    // The last one takes no second shard: that is told, and not hidden.
    await sleep(STALE_MS / 5);
    expect(await rig.up(others.slice(1))).toEqual([1]);
    expect(others[1]?.process.output).toContain('no gateway has room for these shards');
    expect(rig.ledger.identifies()).toHaveLength(2);
  },
);

test.each(STORES)(
  '%s: another shard count waits until the old one is gone, and never runs beside it',
  async (store) => {
    await using rig = await LeaseRig.start({ store, shardCount: 4, staleMs: STALE_MS });
    const old = rig.startGateway(1);
    await rig.spread([old], [4]);
    rig.pipeline.simulator.traffic.start({ eventsPerSecond: 200 });
    const next = rig.startGateway(2, { SHARD_COUNT: '6' });
    const joining = rig.startGateway(3, { SHARD_COUNT: 'auto' });
    await next.process.waitForLine((line) => line.includes('SHARD_COUNT differs') || undefined);
    // auto is what the others run with.
    await rig.spread([old, next, joining], [0, 2, 2]);
    // So that a rollout goes on.
    expect((await ready(next)).ok).toBe(true);
    await old.process.stop();
    await rig.spread([next, joining], [0, 4]);
    await joining.process.stop();
    await rig.spread([next], [6]);
    rig.pipeline.simulator.traffic.stop();
    const counts = rig.tap.attempts.map(({ shard }) => shard.split('/')[1]);
    const first = counts.indexOf('6');
    expect(first).toBeGreaterThan(0);
    expect(new Set(counts.slice(0, first))).toEqual(new Set(['4']));
    expect(new Set(counts.slice(first))).toEqual(new Set(['6']));
    expect(rig.ledger.identifies()).toHaveLength(4 + 6);
  },
);
