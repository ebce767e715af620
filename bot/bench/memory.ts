import { setTimeout as sleep } from 'node:timers/promises';

import { LocalProcess } from '../../deploy/local/process.ts';
import { startSimulator } from '../simulator/simulator.ts';
import type { Pipeline } from '../testing/pipeline.ts';
import { TEST_TOKEN } from '../testing/pipeline.ts';
import { startBench } from './bench-rig.ts';
import { residentMibOf } from './measure.ts';

const SETTLE_MS = 4_000;
const GUILDS = 1_000;

/** Resident memory of an idle gateway process with so many shards and 1,000 guilds, in MiB. */
export async function measureGatewayMemory(shards: number): Promise<number> {
  const { pipeline, gateway } = await startBench({ shards, simulator: { guilds: GUILDS } });
  await using _pipeline: Pipeline = pipeline;
  await sleep(SETTLE_MS);
  return residentMibOf(gateway.process.pid);
}

/** The same for discord.js's full client; `shards` identify at the library's own pace. */
export async function measureClientMemory(shards: number): Promise<number> {
  await using simulator = await startSimulator({
    token: TEST_TOKEN,
    shards,
    guilds: GUILDS,
    maxConcurrency: shards,
  });
  const client = new LocalProcess({
    name: 'full-client',
    command: process.execPath,
    args: ['bot/bench/full-client.ts', simulator.apiUrl, TEST_TOKEN, String(shards)],
    env: { PATH: process.env['PATH'] },
  });
  await using _client: LocalProcess = client;
  await client.waitForLine((line) => line === 'ready' || undefined, 60_000);
  await sleep(SETTLE_MS);
  return residentMibOf(client.pid);
}
