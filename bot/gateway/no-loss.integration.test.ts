import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { allStored, Pipeline } from '../testing/pipeline.ts';

const KILLS = 20;
const NATS_OUTAGE_MS = 10_000;
const SHARDS = 8;

/** mulberry32: the same moments for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('kill -9, a NATS outage, op 7 storms and refused resume hosts: every dispatch is stored exactly once', async () => {
  const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
  const random = seededRandom(seed);
  console.info(`no loss: CHAOS_SEED=${seed}`);
  await using pipeline = await Pipeline.start({ shardCount: SHARDS, shardsPerProcess: SHARDS / 2 });
  const { ledger, traffic, faults } = pipeline.simulator;
  await pipeline.startAllGateways();
  traffic.start({ eventsPerSecond: 500 });

  const killOne = async () => {
    const ordinal = random() < 0.5 ? 0 : 1;
    await sleep(random() * 700);
    await pipeline.gateways.get(ordinal)?.process.stop('SIGKILL');
    await pipeline.startGateway(ordinal).allReady();
  };
  const opSevenStorm = async () => {
    for (let round = 0; round < 5; round += 1) {
      faults.reconnect('all');
      await sleep(200 + random() * 300);
    }
  };

  for (let kill = 0; kill < KILLS / 2; kill += 1) await killOne();
  await opSevenStorm();
  await pipeline.nats.stop();
  await sleep(NATS_OUTAGE_MS);
  await pipeline.nats.startAgain();
  await faults.refuseResumeHost(true);
  await opSevenStorm();
  await sleep(2_000);
  await faults.refuseResumeHost(false);
  for (let kill = 0; kill < KILLS / 2; kill += 1) await killOne();

  traffic.stop();
  const comparison = await allStored(pipeline, 60_000);
  expect(comparison).toMatchObject({ missing: [], repeated: [], unknown: [] });
  expect(ledger.identifies()).toHaveLength(SHARDS);
  const { dispatched, stored } = comparison;
  console.info(`no loss: ${KILLS} kills, ${dispatched} dispatched, ${stored} stored, each exactly once`);
}, 240_000);
