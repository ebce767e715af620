import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

import type { Series } from '../../../bot/testing/scrape.ts';
import { runCommand } from '../../../deploy/local/tools/run-command.ts';
import {
  exporterScrapes,
  gatewayScrapes,
  workerScrapes,
  type BothEnds,
  type Needles,
} from './fleet-readings.ts';

export interface FleetSize {
  readonly shards: number;
  readonly gateways: number;
  readonly consumers: number;
  readonly workers: number;
}

/** Kubernetes: as an operator's ServiceMonitor labels targets. Swarm: as tasks are discovered there. */
export type Place = 'kubernetes' | 'swarm';

export const SCRAPE_SECONDS = 15;
const HISTORY_SECONDS = 3_600;
/** Of Prometheus's blocks; what lies in one is imported in one go. */
const BLOCK_SECONDS = 7_200;
/** How long ago the gone shard's process ended. */
const GONE_SECONDS = 600;
const IMPORT_TIMEOUT_MS = 180_000;
const MIB = 1024 ** 2;

const MEMORY_TREND = [
  ['memory_working_set_bytes:min1d', 180],
  ['memory_working_set_bytes:max1d', 230],
  ['memory_limit_bytes:max', 512],
] as const;

type Labels = Readonly<Record<string, string>>;

interface Target {
  readonly labels: Labels;
  readonly ends: BothEnds;
}

export interface HistoryOptions {
  readonly size: FleetSize;
  readonly place: Place;
  readonly needles: Needles & { readonly goneShard: number };
  /** Names of series that are written; others would cost time and be asked by nobody. */
  readonly wanted: ReadonlySet<string>;
}

export interface WrittenHistory {
  readonly fromMs: number;
  readonly toMs: number;
  readonly samples: number;
}

/** One hour of a fleet, as its own registries tell it, into the store of a Prometheus that does not run. */
export async function writeFleetHistory(
  options: HistoryOptions,
  promtool: string,
  folder: string,
): Promise<WrittenHistory> {
  const end = Math.floor(Date.now() / 1_000 / BLOCK_SECONDS) * BLOCK_SECONDS;
  const times = Array.from(
    { length: HISTORY_SECONDS / SCRAPE_SECONDS },
    (_, index) => end - HISTORY_SECONDS + index * SCRAPE_SECONDS,
  );
  const file = join(folder, 'fleet.txt');
  const output = createWriteStream(file);
  let samples = 0;
  const targets = await fleetTargets(options);
  for (const { labels, ends } of targets) {
    const [begin, last] = ends.map(({ series }) => series) as [readonly Series[], readonly Series[]];
    const finals = new Map(last.map((each) => [keyOf(each), each.value]));
    samples += await write(output, 'up', labels, times, () => 1);
    for (const each of begin.filter(({ name }) => options.wanted.has(name))) {
      const to = finals.get(keyOf(each)) ?? each.value;
      const isGone = each.labels['shard'] === String(options.needles.goneShard);
      const shown = isGone ? times.slice(0, -GONE_SECONDS / SCRAPE_SECONDS) : times;
      const slope = (to - each.value) / times.length;
      samples += await write(
        output,
        each.name,
        { ...labels, ...each.labels },
        shown,
        (index) => each.value + slope * index,
      );
    }
    samples += await writeRecorded(output, labels, ends[1].series, times, options);
  }
  samples += await writeAlerts(output, targets, times, options);
  output.end('# EOF\n');
  await once(output, 'finish');
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, join(folder, 'data')];
  await runCommand(promtool, args, { timeoutMs: IMPORT_TIMEOUT_MS });
  return { fromMs: (end - HISTORY_SECONDS) * 1_000, toMs: (end - SCRAPE_SECONDS) * 1_000, samples };
}

export function consumerNames({ consumers }: FleetSize): string[] {
  return Array.from({ length: consumers }, (_, index) => `consumer-${index}`);
}

/** What stands in the label `instance`. */
export function instanceOf(job: string, index: number): string {
  const port = { gateway: 8080, worker: 9001, exporter: 9090 }[job] ?? 0;
  return `10.0.${{ gateway: 1, worker: 2, exporter: 3 }[job] ?? 0}.${index}:${port}`;
}

async function fleetTargets({ size, place, needles }: HistoryOptions): Promise<Target[]> {
  const names = consumerNames(size);
  const perGateway = Math.ceil(size.shards / size.gateways);
  const target = async (job: string, index: number, ends: Promise<BothEnds>) => ({
    labels: labelsOf(place, job, index),
    ends: await ends,
  });
  const targets: Target[] = [];
  for (let index = 0; index < size.gateways; index += 1) {
    const count = Math.min(perGateway, size.shards - index * perGateway);
    const ids = Array.from({ length: count }, (_, offset) => index * perGateway + offset);
    targets.push(await target('gateway', index, gatewayScrapes(ids, size.shards, needles, HISTORY_SECONDS)));
  }
  const perWorker = Math.ceil((2 * size.consumers) / size.workers);
  for (let index = 0; index < size.workers; index += 1) {
    const own = Array.from(
      { length: Math.min(perWorker, names.length) },
      (_, offset) => names[(index * perWorker + offset) % names.length] ?? '',
    );
    targets.push(await target('worker', index, workerScrapes(index, own, needles, HISTORY_SECONDS)));
  }
  targets.push(await target('exporter', 0, exporterScrapes(names, needles, HISTORY_SECONDS)));
  return targets;
}

function labelsOf(place: Place, job: string, index: number): Labels {
  const common = { job, instance: instanceOf(job, index) };
  if (place === 'swarm') return common;
  const kubernetes = { namespace: 'bots', pod: `shardwatch-${job}-${index}`, container: job };
  return { ...common, ...kubernetes, service: `shardwatch-${job}`, endpoint: 'metrics' };
}

/** What the rules would have recorded. */
async function writeRecorded(
  output: WriteStream,
  { namespace, pod, container, job = '', instance = '' }: Labels,
  series: readonly Series[],
  times: readonly number[],
  { needles }: HistoryOptions,
): Promise<number> {
  const place = namespace === undefined ? {} : { namespace };
  const pods = {
    ...place,
    ...(pod === undefined ? {} : { pod }),
    ...(container === undefined ? {} : { container }),
    job,
    instance,
  };
  let samples = 0;
  for (const { name, labels, value } of series) {
    if (name !== 'discord_shard_up') continue;
    const isGone = labels['shard'] === String(needles.goneShard);
    const goneFrom = times.length - GONE_SECONDS / SCRAPE_SECONDS;
    const up = (index: number) => (isGone && index >= goneFrom ? 0 : value);
    samples += await write(
      output,
      'shardwatch:discord_shard_up:max',
      { ...place, job, ...labels },
      times,
      up,
    );
  }
  for (const [name, mebibytes] of MEMORY_TREND) {
    samples += await write(output, `shardwatch:${name}`, pods, times, () => mebibytes * MIB);
  }
  // Node tells of a kind of collection from the first on, which these processes have not had.
  const collections = { job, instance, ...place, kind: 'minor' };
  samples += await write(output, 'nodejs_gc_duration_seconds_sum', collections, times, (index) => index / 20);
  return samples;
}

async function writeAlerts(
  output: WriteStream,
  [first]: readonly Target[],
  times: readonly number[],
  { needles }: HistoryOptions,
): Promise<number> {
  const { namespace } = first?.labels ?? {};
  const place = namespace === undefined ? {} : { namespace };
  const firing = [
    { alertname: 'DiscordShardDown', severity: 'critical', scope: 'shard', shard: String(needles.downShard) },
    { alertname: 'DiscordShardHeartbeatSlow', severity: 'warning', shard: String(needles.slowShard) },
  ];
  let samples = 0;
  for (const alert of firing) {
    const labels = { ...place, job: 'gateway', ...alert };
    samples += await write(output, 'ALERTS', { ...labels, alertstate: 'firing' }, times, () => 1);
    samples += await write(output, 'ALERTS_FOR_STATE', labels, times, () => times[0] ?? 0);
  }
  return samples;
}

async function write(
  output: WriteStream,
  name: string,
  labels: Labels,
  times: readonly number[],
  valueAt: (index: number) => number,
): Promise<number> {
  const prefix = `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}} `;
  let lines = '';
  for (const [index, time] of times.entries())
    lines += `${prefix}${Number(valueAt(index).toFixed(4))} ${time}\n`;
  if (!output.write(lines)) await once(output, 'drain');
  return times.length;
}

function keyOf({ name, labels }: Series): string {
  return `${name}${JSON.stringify(labels)}`;
}
