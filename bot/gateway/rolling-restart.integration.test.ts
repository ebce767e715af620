import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { allStored, Pipeline } from '../testing/pipeline.ts';

/** Well inside the 30 s that an orchestrator gives. */
const STOP_LIMIT_MS = 10_000;
/** So that each process has traffic of its own to hand over. */
const SETTLE_MS = 1_000;

test('a rolling restart under traffic identifies nothing, resumes every shard and loses no event', async () => {
  await using pipeline = await Pipeline.start({ shardCount: 8, shardsPerProcess: 4 });
  const { ledger, traffic } = pipeline.simulator;
  await pipeline.startAllGateways();
  expect(ledger.identifies()).toHaveLength(8);
  traffic.start({ eventsPerSecond: 500 });

  for (const ordinal of [0, 1, 0, 1]) {
    const before = pipeline.gateways.get(ordinal);
    const startedAt = performance.now();
    const exit = await before?.process.stop('SIGTERM');
    const tookMs = performance.now() - startedAt;
    expect([exit?.code, tookMs < STOP_LIMIT_MS], before?.process.output).toEqual([0, true]);
    const after = pipeline.startGateway(ordinal);
    await after.allReady();
    const metrics = await after.scrape();
    expect(metrics.sum('discord_shard_resumes_total')).toBe(4);
    await sleep(SETTLE_MS);
    // A clean stop leaves nothing to replay that is stored already.
    expect(metrics.sum('discord_publish_duplicates_total')).toBe(0);
  }

  traffic.stop();
  const comparison = await allStored(pipeline);
  expect(comparison).toMatchObject({ missing: [], repeated: [], unknown: [] });
  expect(ledger.identifies()).toHaveLength(8);
  console.info(
    `rolling restart: ${comparison.dispatched} dispatched, ${comparison.stored} stored, 0 IDENTIFYs`,
  );
}, 120_000);
