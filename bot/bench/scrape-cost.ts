import { setTimeout as sleep } from 'node:timers/promises';

import { LocalProcess } from '../../deploy/local/process.ts';
import { portIn, type Pipeline } from '../testing/pipeline.ts';
import { parseScrape } from '../testing/scrape.ts';
import { startBench } from './bench-rig.ts';
import { cpuSecondsOf, median } from './measure.ts';

export interface ScrapeCost {
  /** Until the last byte, of the very first scrape, whose code is not compiled yet. */
  readonly firstMs: number;
  /** Until the last byte, of those that follow. */
  readonly medianMs: number;
  /** CPU of the process for one scrape, without what it uses idle. */
  readonly cpuMs: number;
  readonly bytes: number;
  readonly series: number;
}

const SETTLE_MS = 2_000;
const IDLE_MS = 3_000;
const MEASURED_MS = 6_000;
/** Between two scrapes, so that the process does what else it has to. */
const PAUSE_MS = 20;
const GUILDS_PER_SHARD = 10;

/** Scrapes of a real gateway process with so many shards, all ready, and no traffic. */
export async function measureGatewayScrape(shards: number): Promise<ScrapeCost> {
  const { pipeline, gateway } = await startBench({
    shards,
    simulator: { guilds: shards * GUILDS_PER_SHARD },
  });
  await using _pipeline: Pipeline = pipeline;
  return await measureScrapes(gateway.process);
}

/** The same number of series in prom-client's own gauges. */
export async function measureLibraryScrape(shards: number): Promise<ScrapeCost> {
  await using library = new LocalProcess({
    name: 'library-metrics',
    command: process.execPath,
    args: ['bot/bench/library-metrics.ts', String(shards)],
    env: { PATH: process.env['PATH'] },
  });
  return await measureScrapes(library);
}

async function measureScrapes(target: LocalProcess): Promise<ScrapeCost> {
  const url = `http://127.0.0.1:${await target.waitForLine(portIn)}/metrics`;
  const { pid } = target;
  await sleep(SETTLE_MS);
  const idlePerSecond = await idleCpu(pid);
  const first = await scrapeOnce(url);
  const times: number[] = [];
  const cpuBefore = cpuSecondsOf(pid);
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < MEASURED_MS) {
    times.push((await scrapeOnce(url)).ms);
    await sleep(PAUSE_MS);
  }
  const idle = (idlePerSecond * (performance.now() - startedAtMs)) / 1_000;
  const cpuMs = ((cpuSecondsOf(pid) - cpuBefore - idle) / times.length) * 1_000;
  const { series } = parseScrape(new TextDecoder().decode(first.body));
  return {
    firstMs: first.ms,
    medianMs: median(times),
    cpuMs,
    bytes: first.body.byteLength,
    series: series.length,
  };
}

/** CPU seconds that the process uses in a second without being asked for anything. */
async function idleCpu(pid: number): Promise<number> {
  const before = cpuSecondsOf(pid);
  const startedAtMs = performance.now();
  await sleep(IDLE_MS);
  return (cpuSecondsOf(pid) - before) / ((performance.now() - startedAtMs) / 1_000);
}

async function scrapeOnce(url: string): Promise<{ ms: number; body: ArrayBuffer }> {
  const startedAtMs = performance.now();
  const response = await fetch(url);
  const body = await response.arrayBuffer();
  const ms = performance.now() - startedAtMs;
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return { ms, body };
}
