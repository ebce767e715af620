import { measureCollection, type CollectionCost, type Exporter } from './collection.ts';
import { summarise, type Ratio } from './gateway-path.ts';
import { measureInstrumentation, type EventCost, type Variant, VARIANTS } from './instrumentation.ts';
import type { BenchRun } from './run-bench.ts';
import { measureGatewayScrape, measureLibraryScrape, type ScrapeCost } from './scrape-cost.ts';

export interface InstrumentationRow {
  readonly variant: Variant;
  /** Microseconds for one event. */
  readonly process: Ratio;
  readonly eventLoop: Ratio;
  /** Of each round, how much more than off in the same round: 0.05 is 5%. */
  readonly processMore: readonly number[];
  readonly eventLoopMore: readonly number[];
}

export interface ScrapeRow {
  readonly source: 'gateway' | 'library';
  readonly shards: number;
  readonly series: number;
  readonly bytes: number;
  readonly firstMs: Ratio;
  readonly ms: Ratio;
  readonly cpuMs: Ratio;
}

export interface CollectionRow {
  readonly exporter: Exporter;
  readonly consumers: number;
  readonly ms: Ratio;
  readonly cpuMs: Ratio;
  readonly serverCpuMs: Ratio;
  readonly bytes: number;
  readonly requests: number;
}

export interface CollectionReport {
  readonly serverVersion: string;
  /** Undefined where it cannot be had. */
  readonly peerVersion: string | undefined;
  readonly rows: readonly CollectionRow[];
}

const SCRAPED_SHARDS = [64, 1_000];
const COLLECTED_CONSUMERS = [10, 100, 1_000];

export async function runInstrumentation(
  { rounds, progress }: BenchRun,
  traceEnv: Record<string, string>,
): Promise<InstrumentationRow[]> {
  const taken: Record<Variant, EventCost>[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`instrumentation, round ${round} of ${rounds}`);
    taken.push(await measureInstrumentation(traceEnv));
  }
  return VARIANTS.map((variant) => ({
    variant,
    process: summarise(taken.map((costs) => costs[variant].process)),
    eventLoop: summarise(taken.map((costs) => costs[variant].eventLoop)),
    processMore: taken.map((costs) => costs[variant].process / costs.off.process - 1),
    eventLoopMore: taken.map((costs) => costs[variant].eventLoop / costs.off.eventLoop - 1),
  }));
}

export async function runScrape({ rounds, progress }: BenchRun): Promise<ScrapeRow[]> {
  const rows: ScrapeRow[] = [];
  for (const shards of SCRAPED_SHARDS) {
    const gateway: ScrapeCost[] = [];
    const library: ScrapeCost[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress(`scrape with ${shards} shards, round ${round} of ${rounds}`);
      gateway.push(await measureGatewayScrape(shards));
      library.push(await measureLibraryScrape(shards));
    }
    rows.push(scrapeRow('gateway', shards, gateway), scrapeRow('library', shards, library));
  }
  return rows;
}

function scrapeRow(source: ScrapeRow['source'], shards: number, taken: readonly ScrapeCost[]): ScrapeRow {
  const of = (value: (cost: ScrapeCost) => number) => summarise(taken.map(value));
  return {
    source,
    shards,
    series: of(({ series }) => series).median,
    bytes: of(({ bytes }) => bytes).median,
    firstMs: of(({ firstMs }) => firstMs),
    ms: of(({ medianMs }) => medianMs),
    cpuMs: of(({ cpuMs }) => cpuMs),
  };
}

export async function runCollection({ rounds, progress }: BenchRun): Promise<CollectionReport> {
  const rows: CollectionRow[] = [];
  const versions = new Map<string, string>();
  for (const consumers of COLLECTED_CONSUMERS) {
    const taken = new Map<Exporter, CollectionCost[]>();
    for (let round = 1; round <= rounds; round += 1) {
      progress(`collection of ${consumers} consumers, round ${round} of ${rounds}`);
      const { costs, serverVersion, peer } = await measureCollection(consumers);
      versions.set('server', serverVersion);
      if ('version' in peer) versions.set('peer', peer.version);
      else progress(`SKIPPED beside prometheus-nats-exporter, which cannot be had here: ${peer.missing}`);
      for (const cost of costs) taken.set(cost.exporter, [...(taken.get(cost.exporter) ?? []), cost]);
    }
    for (const [exporter, costs] of taken) rows.push(collectionRow(exporter, consumers, costs));
  }
  return { serverVersion: versions.get('server') ?? 'unknown', peerVersion: versions.get('peer'), rows };
}

function collectionRow(
  exporter: Exporter,
  consumers: number,
  taken: readonly CollectionCost[],
): CollectionRow {
  const of = (value: (cost: CollectionCost) => number) => summarise(taken.map(value));
  return {
    exporter,
    consumers,
    ms: of(({ medianMs }) => medianMs),
    cpuMs: of(({ cpuMs }) => cpuMs),
    serverCpuMs: of(({ serverCpuMs }) => serverCpuMs),
    bytes: of(({ bytes }) => bytes).median,
    requests: of(({ requests }) => requests).median,
  };
}
