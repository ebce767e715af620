import { expect, test } from 'vitest';

import { Pipeline } from '../testing/pipeline.ts';

const IDENTIFY_INTERVAL_MS = 5_000;

test('gateways that start together never identify twice in a bucket within 5 s', async () => {
  await using pipeline = await Pipeline.start({
    shardCount: 4,
    shardsPerProcess: 2,
    simulator: { maxConcurrency: 1 },
  });
  await pipeline.startAllGateways();
  const identifies = pipeline.simulator.ledger.identifies();
  expect(identifies.map(({ accepted }) => accepted)).toEqual([true, true, true, true]);
  const times = identifies.map(({ at }) => at).toSorted((a, b) => a - b);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? NaN));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(IDENTIFY_INTERVAL_MS);
  console.info(`identify gaps: ${gaps.map((gap) => `${(gap / 1_000).toFixed(2)} s`).join(', ')}`);
}, 60_000);

test('a loop of crashes and dead sessions stops identifying before the daily budget is spent', async () => {
  const total = 20;
  const reserve = 2;
  await using pipeline = await Pipeline.start({
    shardCount: 1,
    shardsPerProcess: 1,
    simulator: { sessionStartLimit: { total, remaining: reserve + 3 } },
  });
  const { simulator } = pipeline;
  for (let life = 0; life < 3; life += 1) {
    const gateway = pipeline.startGateway(0);
    await gateway.allReady();
    simulator.faults.expireSession('all');
    await gateway.process.stop('SIGKILL');
  }
  const blocked = pipeline.startGateway(0);
  await blocked.process.waitForLine((line) => line.includes('daily identify budget is low') || undefined);
  const metrics = await blocked.scrape();
  expect(metrics.sum('discord_identify_blocked')).toBe(1);
  expect(metrics.sum('discord_session_starts_remaining')).toBe(reserve);
  const ready = await fetch(`http://127.0.0.1:${await blocked.port()}/health/ready`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('budget is low')]);
  expect(simulator.ledger.identifies()).toHaveLength(3);
  expect(simulator.status().sessionStarts.remaining).toBe(reserve);
  expect((await blocked.process.stop()).code).toBe(0);
}, 60_000);
