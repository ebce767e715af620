import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Series } from '../../../bot/testing/scrape.ts';
import {
  exporterScrapes,
  gatewayScrapes,
  workerScrapes,
  type BothEnds,
  type Needles,
} from './fleet-readings.ts';
import { seriesHead, writeSamples, type Labels, type WrittenSeries } from './remote-write.ts';

export interface FleetSize {
  readonly shards: number;
  readonly gateways: number;
  readonly consumers: number;
  readonly workers: number;
}

/** One bot of those that a Prometheus sees; all have the same shards, consumers and addresses. */
export interface Bot {
  /** On Kubernetes: as an operator's ServiceMonitor labels targets. Undefined: as tasks are discovered on Swarm. */
  readonly namespace?: string;
  readonly needles: Needles & { readonly goneShard: number };
}

export const SCRAPE_SECONDS = 15;
const HOUR_SECONDS = 3_600;
/**
 * Seconds between samples that are so many hours old, at most: a day of all samples takes minutes to write. The
 * steps of graphs are no shorter over as long.
 */
const THINNED = [
  { hours: 1, seconds: SCRAPE_SECONDS },
  { hours: 6, seconds: 60 },
  { hours: Infinity, seconds: 120 },
] as const;
/** The leak rule's own interval, and what its graph is best seen over. */
const TREND_SECONDS = 300;
const TREND_HOURS = 7 * 24;
/** What a process says of its start; these all started when this version came. */
const STARTED = 'process_start_time_seconds';
const OF_THE_RUN = new Set([STARTED, 'shardwatch_build_info']);
/** How long ago the gone shard's process ended. */
const GONE_SECONDS = 600;
/** Since when the alerts fire and this version runs: marks in the graphs. */
const RECENT_SECONDS = 1_800;
const MIB = 1024 ** 2;

const MEMORY_TREND = [
  ['memory_working_set_bytes:min1d', 180],
  ['memory_working_set_bytes:max1d', 230],
  ['memory_limit_bytes:max', 512],
] as const;

interface Target {
  readonly bot: Bot;
  readonly labels: Labels;
  readonly ends: BothEnds;
}

export interface HistoryOptions {
  readonly size: FleetSize;
  readonly bots: readonly Bot[];
  /** Names of series that are written; others would cost time and be asked by nobody. */
  readonly wanted: ReadonlySet<string>;
  /** How far back. */
  readonly hours: number;
}

export interface WrittenHistory {
  readonly fromMs: number;
  readonly toMs: number;
  readonly samples: number;
}

/**
 * A program that starts Prometheus so that a history can be written to it: it takes samples, and keeps a week in
 * one block, so that nothing is put together while queries are timed.
 * @param folder to put it into
 */
export async function writablePrometheus(prometheus: string, folder: string): Promise<string> {
  const program = join(folder, 'prometheus');
  const block = ['min', 'max'].map((which) => `--storage.tsdb.${which}-block-duration=8d`).join(' ');
  const line = `exec '${prometheus}' "$@" --web.enable-remote-write-receiver ${block}`;
  await writeFile(program, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return program;
}

/** Hours of fleets, as their own registries tell it, into a Prometheus that takes samples. */
export async function writeFleetHistory(options: HistoryOptions, url: string): Promise<WrittenHistory> {
  const end = Math.floor(Date.now() / 60_000) * 60;
  const begin = end - options.hours * HOUR_SECONDS;
  const series: WrittenSeries[] = [];
  const trend: WrittenSeries[] = [];
  for (const target of await fleetTargets(options)) {
    series.push(...scraped(target, options, begin, end), ...recorded(target, end));
    trend.push(...trendOf(target));
  }
  for (const bot of options.bots) series.push(...alerts(bot, end));
  let samples = 0;
  // Hour by hour: what is older than an hour, and no more than half a block, is refused.
  for (let hour = Math.max(TREND_HOURS, options.hours); hour > 0; hour -= 1) {
    const from = end - hour * HOUR_SECONDS;
    samples += await writeSamples(url, trend, timesOf(from, TREND_SECONDS));
    if (hour > options.hours) continue;
    const { seconds } = THINNED.find(({ hours }) => hour <= hours) ?? THINNED[0];
    samples += await writeSamples(url, series, timesOf(from, seconds));
  }
  return { fromMs: begin * 1_000, toMs: (end - SCRAPE_SECONDS) * 1_000, samples };
}

function timesOf(from: number, every: number): number[] {
  return Array.from({ length: HOUR_SECONDS / every }, (_, index) => (from + index * every) * 1_000);
}

function scraped(
  { bot, labels, ends }: Target,
  { wanted }: HistoryOptions,
  begin: number,
  end: number,
): WrittenSeries[] {
  const [first, last] = ends.map(({ series }) => series) as [readonly Series[], readonly Series[]];
  const since = end - RECENT_SECONDS;
  const finals = new Map(last.map((each) => [keyOf(each), each.value]));
  const own = first
    .filter(({ name }) => wanted.has(name))
    .map((each): WrittenSeries => {
      const slope = ((finals.get(keyOf(each)) ?? each.value) - each.value) / HOUR_SECONDS;
      const isGone = each.labels['shard'] === String(bot.needles.goneShard);
      return {
        head: seriesHead(each.name, { ...labels, ...each.labels }),
        valueAt: (timeMs) => (each.name === STARTED ? since : each.value + slope * (timeMs / 1_000 - begin)),
        ...(OF_THE_RUN.has(each.name) && { sinceMs: since * 1_000 }),
        ...(isGone && { untilMs: (end - GONE_SECONDS) * 1_000 }),
      };
    });
  return [{ head: seriesHead('up', labels), valueAt: () => 1 }, ...own];
}

export function consumerNames({ consumers }: FleetSize): string[] {
  return Array.from({ length: consumers }, (_, index) => `consumer-${index}`);
}

/** What stands in the label `instance`. */
export function instanceOf(job: string, index: number): string {
  const port = { gateway: 8080, worker: 9001, exporter: 9090 }[job] ?? 0;
  return `10.0.${{ gateway: 1, worker: 2, exporter: 3 }[job] ?? 0}.${index}:${port}`;
}

async function fleetTargets({ size, bots }: HistoryOptions): Promise<Target[]> {
  return (await Promise.all(bots.map(async (bot) => targetsOf(size, bot)))).flat();
}

async function targetsOf(size: FleetSize, bot: Bot): Promise<Target[]> {
  const { needles } = bot;
  const names = consumerNames(size);
  const perGateway = Math.ceil(size.shards / size.gateways);
  const target = async (job: string, index: number, ends: Promise<BothEnds>) => ({
    bot,
    labels: labelsOf(bot, job, index),
    ends: await ends,
  });
  const targets: Target[] = [];
  for (let index = 0; index < size.gateways; index += 1) {
    const count = Math.min(perGateway, size.shards - index * perGateway);
    const ids = Array.from({ length: count }, (_, offset) => index * perGateway + offset);
    targets.push(await target('gateway', index, gatewayScrapes(ids, size.shards, needles, HOUR_SECONDS)));
  }
  const perWorker = Math.ceil((2 * size.consumers) / size.workers);
  for (let index = 0; index < size.workers; index += 1) {
    const own = Array.from(
      { length: Math.min(perWorker, names.length) },
      (_, offset) => names[(index * perWorker + offset) % names.length] ?? '',
    );
    targets.push(await target('worker', index, workerScrapes(index, own, needles, HOUR_SECONDS)));
  }
  targets.push(await target('exporter', 0, exporterScrapes(names, needles, HOUR_SECONDS)));
  return targets;
}

function labelsOf({ namespace }: Bot, job: string, index: number): Labels {
  const common = { job, instance: instanceOf(job, index) };
  if (namespace === undefined) return common;
  const kubernetes = { namespace, pod: `shardwatch-${job}-${index}`, container: job };
  return { ...common, ...kubernetes, service: `shardwatch-${job}`, endpoint: 'metrics' };
}

/** What the rules would have recorded of shards, and what these processes have not done yet. */
function recorded({ bot, labels, ends }: Target, end: number): WrittenSeries[] {
  const { job = '', instance = '' } = labels;
  const place = placeOf(bot);
  const shards = ends[1].series.filter(({ name }) => name === 'discord_shard_up');
  return [
    ...shards.map((each): WrittenSeries => {
      const isGone = each.labels['shard'] === String(bot.needles.goneShard);
      const goneFromMs = (end - GONE_SECONDS) * 1_000;
      return {
        head: seriesHead('shardwatch:discord_shard_up:max', { ...place, job, ...each.labels }),
        valueAt: (timeMs) => (isGone && timeMs >= goneFromMs ? 0 : each.value),
      };
    }),
    // Node tells of a kind of collection from the first on.
    {
      head: seriesHead('nodejs_gc_duration_seconds_sum', { ...place, job, instance, kind: 'minor' }),
      valueAt: (timeMs) => (timeMs / 1_000 - end) / 300 + HOUR_SECONDS,
    },
  ];
}

function trendOf({
  labels: { namespace, pod, container, job = '', instance = '' },
}: Target): WrittenSeries[] {
  const own = namespace === undefined ? {} : { namespace, pod: pod ?? '', container: container ?? '' };
  return MEMORY_TREND.map(([name, mebibytes]) => ({
    head: seriesHead(`shardwatch:${name}`, { ...own, job, instance }),
    valueAt: () => mebibytes * MIB,
  }));
}

function alerts(bot: Bot, end: number): WrittenSeries[] {
  const { downShard, slowShard } = bot.needles;
  const firing = [
    { alertname: 'DiscordShardDown', severity: 'critical', scope: 'shard', shard: String(downShard) },
    { alertname: 'DiscordShardHeartbeatSlow', severity: 'warning', shard: String(slowShard) },
  ];
  return firing.flatMap((alert) => {
    const labels = { ...placeOf(bot), job: 'gateway', ...alert };
    const since = end - RECENT_SECONDS;
    const sinceMs = since * 1_000;
    return [
      { head: seriesHead('ALERTS', { ...labels, alertstate: 'firing' }), valueAt: () => 1, sinceMs },
      { head: seriesHead('ALERTS_FOR_STATE', labels), valueAt: () => since, sinceMs },
    ];
  });
}

function placeOf({ namespace }: Bot): Labels {
  return namespace === undefined ? {} : { namespace };
}

function keyOf({ name, labels }: Series): string {
  return `${name}${JSON.stringify(labels)}`;
}
