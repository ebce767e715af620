import { expect, test } from 'vitest';

import { allStored, compareWithLedger, Pipeline } from '../testing/pipeline.ts';

const ONE_SHARD = { shardCount: 1, shardsPerProcess: 1, simulator: { guilds: 5 } };
const SMALLEST_WINDOW = 16;
const POLL = { timeout: 20_000, interval: 100 };

interface EndedLine {
  readonly sessionId: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

function emitMessages(pipeline: Pipeline, count: number): void {
  for (let index = 0; index < count; index += 1) {
    pipeline.simulator.traffic.emit({ shardId: 0, type: 'MESSAGE_CREATE', data: { content: `${index}` } });
  }
}

test('NATS away, window full: the shard closes resumably and everything is stored once NATS is back', async () => {
  await using pipeline = await Pipeline.start({
    ...ONE_SHARD,
    gatewayEnv: { PUBLISH_WINDOW: String(SMALLEST_WINDOW) },
  });
  const gateway = pipeline.startGateway(0);
  await gateway.allReady();
  await allStored(pipeline);
  await pipeline.nats.stop();
  emitMessages(pipeline, 500);
  await gateway.process.waitForLine((line) => line.includes('publishing does not keep up') || undefined);
  await pipeline.nats.startAgain();
  expect(await allStored(pipeline)).toMatchObject({ missing: [], repeated: [], unknown: [] });
  const metrics = await gateway.scrape();
  expect(metrics.sum('discord_shard_events_lost_total')).toBe(0);
  expect(metrics.sum('discord_shard_resumes_total')).toBeGreaterThan(0);
  expect(pipeline.simulator.ledger.identifies()).toHaveLength(1);
}, 60_000);

test('a session that dies while events wait for NATS: exactly those that reached us are counted as lost', async () => {
  await using pipeline = await Pipeline.start({
    ...ONE_SHARD,
    gatewayEnv: { PUBLISH_WINDOW: String(SMALLEST_WINDOW) },
  });
  const { simulator } = pipeline;
  const gateway = pipeline.startGateway(0);
  await gateway.allReady();
  await allStored(pipeline);
  await pipeline.nats.stop();
  emitMessages(pipeline, SMALLEST_WINDOW);
  await expect
    .poll(async () => (await gateway.scrape()).sum('discord_publish_pending'), POLL)
    .toBe(SMALLEST_WINDOW);
  // One more reaches us and finds no room; the others find no socket, and nobody can know of them.
  emitMessages(pipeline, 1);
  await gateway.process.waitForLine((line) => line.includes('publishing does not keep up') || undefined);
  await expect.poll(() => simulator.status().connections, POLL).toBe(0);
  emitMessages(pipeline, 4);
  expect(simulator.faults.expireSession('all')).toBe(1);
  await pipeline.nats.startAgain();
  const ended = await gateway.process.waitForLine((line) => {
    return line.includes('"session ended"') ? (JSON.parse(line) as EndedLine) : undefined;
  });
  await gateway.allReady();
  await gateway.process.waitForLine((line) => line.includes('NATS reconnected') || undefined);
  await expect.poll(async () => (await gateway.scrape()).sum('discord_publish_pending'), POLL).toBe(0);

  const { missing } = await compareWithLedger(pipeline, ({ sentAt }) => sentAt !== undefined);
  const metrics = await gateway.scrape();
  expect(missing).toHaveLength(1);
  expect(metrics.sum('discord_shard_events_lost_total')).toBe(missing.length);
  expect(metrics.sum('discord_shard_sessions_lost_total')).toBe(1);
  expect([`${ended.sessionId}:${ended.first}`, `${ended.sessionId}:${ended.last}`]).toEqual([
    missing[0],
    missing.at(-1),
  ]);
  console.info(`lost events: ${missing.length} lost by the ledger, ${ended.count} counted`);
}, 60_000);

test('a session that died with its process takes nothing that was stored, and its end is counted', async () => {
  await using pipeline = await Pipeline.start(ONE_SHARD);
  const { simulator } = pipeline;
  const first = pipeline.startGateway(0);
  await first.allReady();
  simulator.traffic.start({ eventsPerSecond: 500 });
  await expect
    .poll(async () => (await first.scrape()).sum('discord_shard_events_total'), POLL)
    .toBeGreaterThan(600);
  simulator.traffic.stop();
  expect(await allStored(pipeline)).toMatchObject({ missing: [] });
  await first.process.stop('SIGKILL');
  simulator.faults.expireSession('all');
  const second = pipeline.startGateway(0);
  await second.allReady();
  const metrics = await second.scrape();
  expect(metrics.sum('discord_shard_events_lost_total')).toBe(0);
  expect(metrics.sum('discord_shard_sessions_lost_total')).toBe(1);
  expect(await allStored(pipeline)).toMatchObject({ missing: [], repeated: [], unknown: [] });
}, 60_000);

test('dispatches that Discord skips are asked for once more, then counted as lost', async () => {
  await using pipeline = await Pipeline.start(ONE_SHARD);
  const gateway = pipeline.startGateway(0);
  await gateway.allReady();
  expect(pipeline.simulator.faults.skipSequence('all', 3)).toBe(1);
  emitMessages(pipeline, 2);
  await expect
    .poll(async () => (await gateway.scrape()).sum('discord_shard_events_lost_total'), POLL)
    .toBe(3);
  const metrics = await gateway.scrape();
  expect(metrics.sum('discord_shard_sequence_gaps_total')).toBe(1);
  expect(metrics.sum('discord_shard_resumes_total')).toBe(1);
  expect(await allStored(pipeline)).toMatchObject({ missing: [], repeated: [], unknown: [] });
}, 60_000);
