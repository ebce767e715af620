import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { messageIdOf } from '../events.ts';
import type { Pipeline } from '../testing/pipeline.ts';
import { startBench, startLatencyWorker } from './bench-rig.ts';
import { median, quantile } from './measure.ts';

export interface Latency {
  readonly p50Ms: number;
  /** Median of the 99th percentiles of single seconds: what a neighbour does for one second stays out. */
  readonly p99Ms: number;
  readonly events: number;
}

const SHARDS = 4;
const WARM_UP_MS = 3_000;
const DRAIN_MS = 500;

/** From the simulator's write to the socket until the worker calls the handler. */
export async function measureLatency(
  eventsPerSecond: number,
  seconds: number,
  env: Record<string, string>,
): Promise<Latency> {
  const folder = await mkdtemp(join(tmpdir(), 'shardwatch-bench-'));
  const file = join(folder, 'times');
  try {
    const { pipeline } = await startBench({ shards: SHARDS, gatewayEnv: env });
    await using _pipeline: Pipeline = pipeline;
    const { ledger, traffic } = pipeline.simulator;
    const worker = await startLatencyWorker(pipeline, file);
    traffic.start({ eventsPerSecond, mix: { message: 1 } });
    await sleep(WARM_UP_MS);
    const from = Date.now();
    await sleep(seconds * 1_000);
    traffic.stop();
    await sleep(DRAIN_MS);
    await worker.stop();
    const sentAt = new Map<string, number>();
    for (const entry of ledger.dispatches()) {
      if (entry.sentAt !== undefined && entry.sentAt >= from) {
        sentAt.set(messageIdOf(entry.sessionId, entry.sequence), entry.sentAt);
      }
    }
    return summarise(sentAt, await readFile(file, 'utf8'), from);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function summarise(sentAt: ReadonlyMap<string, number>, times: string, from: number): Latency {
  const all: number[] = [];
  const bySecond = new Map<number, number[]>();
  for (const line of times.split('\n')) {
    const [id = '', handled = ''] = line.split(' ');
    const sent = sentAt.get(id);
    if (sent === undefined) continue;
    const latency = Number(handled) - sent;
    all.push(latency);
    const second = Math.floor((sent - from) / 1_000);
    const ofSecond = bySecond.get(second) ?? [];
    ofSecond.push(latency);
    bySecond.set(second, ofSecond);
  }
  const p99s = [...bySecond.values()].map((latencies) => quantile(latencies, 0.99));
  return { p50Ms: median(all), p99Ms: median(p99s), events: all.length };
}
