import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';

import {
  measureLoop,
  measurePath,
  measureSustained,
  sampleBody,
  summarise,
  type Ratio,
  type SustainedStep,
} from './gateway-path.ts';
import { measureLatency, type Latency } from './latency.ts';
import { median } from './measure.ts';
import { measureClientMemory, measureGatewayMemory } from './memory.ts';
import {
  runCollection,
  runInstrumentation,
  runScrape,
  type CollectionReport,
  type InstrumentationRow,
  type ScrapeRow,
} from './run-exporters.ts';

export interface BenchReport {
  readonly machine: string;
  readonly rounds: number;
  readonly path?: PathReport;
  readonly sustained?: readonly SustainedStep[];
  readonly latency?: Readonly<Record<string, Latency>>;
  readonly memory?: readonly MemoryRow[];
  readonly instrumentation?: readonly InstrumentationRow[];
  readonly scrape?: readonly ScrapeRow[];
  readonly collection?: CollectionReport;
}

export interface PathReport {
  readonly bytes: number;
  readonly bulk: Ratio;
  readonly bulkPerSecond: number;
  readonly js: Ratio;
  readonly jsPerSecond: number;
  readonly gateway: Ratio;
  readonly gatewayBare: Ratio;
  readonly residentMib: number;
}

export interface MemoryRow {
  readonly shards: number;
  readonly gatewayMib: number;
  readonly clientMib: number;
}

export interface BenchRun {
  readonly rounds: number;
  readonly parts: ReadonlySet<string>;
  readonly progress: (text: string) => void;
}

const PATH_RATE = 5_000;
const LATENCY_RATES = [500, 2_000, 5_000];
const LATENCY_SECONDS = 8;
const SUSTAINED_SECONDS = 8;
const SHARD_COUNTS = [1, 16, 64];
/** Events a second that one gateway process is asked for, until one step fails. */
const SUSTAINED_RATES = [5_000, 8_000, 10_000, 12_000, 14_000];

/** Each round measures everything once, so that a noisy minute does not hit one figure alone. */
export async function runBench(run: BenchRun): Promise<BenchReport> {
  const { rounds, parts, progress } = run;
  const collector = await startCollector();
  // Fully instrumented: metrics, logs, and a fifth of all events traced to a collector.
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const path = parts.has('path') ? await runPath(run, env) : undefined;
  let sustained: readonly SustainedStep[] | undefined;
  if (parts.has('sustained')) {
    progress('sustained rate');
    sustained = await measureSustained(SUSTAINED_RATES, SUSTAINED_SECONDS, env);
  }
  const latency = parts.has('latency') ? await runLatency(run, env) : undefined;
  const memory = parts.has('memory') ? await runMemory(run) : undefined;
  const instrumentation = parts.has('instrumentation') ? await runInstrumentation(run, env) : undefined;
  const scrape = parts.has('scrape') ? await runScrape(run) : undefined;
  const collection = parts.has('collection') ? await runCollection(run) : undefined;
  collector.close();
  const [cpu] = cpus();
  return {
    machine: `${cpus().length} x ${cpu?.model ?? 'unknown'}, Node ${process.version}`,
    rounds,
    ...(path ? { path } : {}),
    ...(sustained ? { sustained } : {}),
    ...(latency ? { latency } : {}),
    ...(memory ? { memory } : {}),
    ...(instrumentation ? { instrumentation } : {}),
    ...(scrape ? { scrape } : {}),
    ...(collection ? { collection } : {}),
  };
}

async function runPath({ rounds, progress }: BenchRun, env: Record<string, string>): Promise<PathReport> {
  const body = await sampleBody();
  const bulk = [];
  const js = [];
  const gateway = [];
  const bare = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`gateway path, round ${round} of ${rounds}`);
    bulk.push(await measureLoop('bulk', body));
    js.push(await measureLoop('js', body));
    gateway.push(await measurePath(PATH_RATE, env));
    bare.push(await measurePath(PATH_RATE, {}));
  }
  return {
    bytes: body.length,
    bulk: summarise(bulk.map(({ cpuMicros }) => cpuMicros)),
    bulkPerSecond: median(bulk.map(({ perSecond }) => perSecond)),
    js: summarise(js.map(({ cpuMicros }) => cpuMicros)),
    jsPerSecond: median(js.map(({ perSecond }) => perSecond)),
    gateway: summarise(gateway.map(({ cpuMicros }) => cpuMicros)),
    gatewayBare: summarise(bare.map(({ cpuMicros }) => cpuMicros)),
    residentMib: median(gateway.map(({ residentMib }) => residentMib)),
  };
}

async function runLatency(
  { rounds, progress }: BenchRun,
  env: Record<string, string>,
): Promise<Record<string, Latency>> {
  const results: Record<string, Latency> = {};
  for (const rate of LATENCY_RATES) {
    const taken: Latency[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress(`latency at ${rate}/s, round ${round} of ${rounds}`);
      taken.push(await measureLatency(rate, LATENCY_SECONDS, env));
    }
    results[rate] = {
      p50Ms: median(taken.map(({ p50Ms }) => p50Ms)),
      p99Ms: median(taken.map(({ p99Ms }) => p99Ms)),
      events: taken.reduce((total, { events }) => total + events, 0),
    };
  }
  return results;
}

async function runMemory({ rounds, progress }: BenchRun): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = [];
  for (const shards of SHARD_COUNTS) {
    const gateway: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress(`memory with ${shards} shards, round ${round} of ${rounds}`);
      gateway.push(await measureGatewayMemory(shards));
    }
    rows.push({ shards, gatewayMib: median(gateway), clientMib: await measureClientMemory(shards) });
  }
  return rows;
}

/** Takes spans and forgets them, as cheaply as may be. */
async function startCollector(): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
