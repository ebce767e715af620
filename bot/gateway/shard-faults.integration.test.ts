import { afterAll, beforeAll, test } from 'vitest';

import { allStored, Pipeline, type GatewayProcess } from '../testing/pipeline.ts';

/** One shard a fault: each struck by its own, all watched together. */
const SHARD = { zombie: 0, deaf: 1, unansweredResume: 2, blackhole: 3, invalidated: 4 };
const HEARTBEAT_MS = 2_000;
const POLL = { timeout: 60_000, interval: 200 };

let pipeline: Pipeline;
let gateway: GatewayProcess;

beforeAll(async () => {
  pipeline = await Pipeline.start({
    shardCount: 5,
    shardsPerProcess: 5,
    simulator: { guilds: 60, heartbeatIntervalMs: HEARTBEAT_MS },
  });
  gateway = pipeline.startGateway(0);
  await gateway.allReady();
});

afterAll(async () => {
  await pipeline[Symbol.asyncDispose]();
});

async function of(shard: number, family: string): Promise<number> {
  return (await gateway.scrape()).sum(family, { shard: String(shard) });
}

function identifiesOf(shard: number): number {
  return pipeline.simulator.ledger.identifies().filter(({ shardId }) => shardId === shard).length;
}

test.concurrent(
  'an unanswered heartbeat shows as a growing latency and ends in a resume',
  async ({ expect }) => {
    pipeline.simulator.faults.noAck(SHARD.zombie, { count: 1 });
    await expect
      .poll(async () => of(SHARD.zombie, 'discord_shard_heartbeat_latency_seconds'), POLL)
      .toBeGreaterThan(1);
    await expect.poll(async () => of(SHARD.zombie, 'discord_shard_resumes_total'), POLL).toBe(1);
    expect(identifiesOf(SHARD.zombie)).toBe(1);
  },
);

test.concurrent(
  'a deaf socket that answers heartbeats is found by the probe and resumed',
  async ({ expect }) => {
    pipeline.simulator.faults.deaf(SHARD.deaf);
    await gateway.process.waitForLine((line) => line.includes('shard is deaf') || undefined, POLL.timeout);
    expect(await of(SHARD.deaf, 'discord_shard_event_gap_seconds')).toBeGreaterThan(29);
    // The socket delivers again, as a new one would.
    await pipeline.simulator.faults.clear();
    await expect.poll(async () => of(SHARD.deaf, 'discord_shard_resumes_total'), POLL).toBeGreaterThan(0);
    expect(identifiesOf(SHARD.deaf)).toBe(1);
  },
  90_000,
);

test.concurrent(
  'a RESUME without an answer is tried again, and nothing is identified',
  async ({ expect }) => {
    const { faults } = pipeline.simulator;
    faults.unansweredResume(SHARD.unansweredResume, { count: 1 });
    faults.reconnect(SHARD.unansweredResume);
    await expect.poll(async () => of(SHARD.unansweredResume, 'discord_shard_up'), POLL).toBe(0);
    await expect.poll(async () => of(SHARD.unansweredResume, 'discord_shard_resumes_total'), POLL).toBe(1);
    expect(identifiesOf(SHARD.unansweredResume)).toBe(1);
  },
  90_000,
);

test.concurrent(
  'a socket that silently swallows everything is given up and the session resumed',
  async ({ expect }) => {
    pipeline.simulator.faults.dropSocket(SHARD.blackhole, 'blackhole');
    await expect.poll(async () => of(SHARD.blackhole, 'discord_shard_resumes_total'), POLL).toBe(1);
    expect(identifiesOf(SHARD.blackhole)).toBe(1);
  },
);

test.concurrent('op 9 resumes where it may and identifies anew where it must', async ({ expect }) => {
  const { faults } = pipeline.simulator;
  faults.invalidSession(SHARD.invalidated, true);
  await expect.poll(async () => of(SHARD.invalidated, 'discord_shard_resumes_total'), POLL).toBe(1);
  expect(identifiesOf(SHARD.invalidated)).toBe(1);
  faults.invalidSession(SHARD.invalidated, false);
  await expect.poll(() => identifiesOf(SHARD.invalidated), POLL).toBe(2);
  await expect.poll(async () => of(SHARD.invalidated, 'discord_shard_up'), POLL).toBe(1);
});

test('after all of that nothing is missing, and a peer that ignores the close frame does not delay the stop', async ({
  expect,
}) => {
  expect(await allStored(pipeline)).toMatchObject({ missing: [], repeated: [], unknown: [] });
  pipeline.simulator.faults.ignoreCloseFrame('all');
  const startedAt = performance.now();
  expect((await gateway.process.stop()).code).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
