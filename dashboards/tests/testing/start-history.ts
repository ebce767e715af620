import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseScrape } from '../../../bot/testing/scrape.ts';
import { Prometheus } from '../../../deploy/local/prometheus.ts';
import { ensureTool } from '../../../deploy/local/tools/ensure-tool.ts';
import { queriesOf } from '../rules/rule.ts';
import type { Window } from './ask-dashboard.ts';
import type { Dashboard } from './dashboard-json.ts';
import {
  SCRAPE_SECONDS,
  writablePrometheus,
  writeFleetHistory,
  type HistoryOptions,
} from './fleet-history.ts';
import { selectorsIn } from './promql.ts';

export interface History extends AsyncDisposable {
  readonly prometheus: Prometheus;
  /** All of it; timed by Prometheus's own CPU. */
  readonly window: Window;
  readonly samples: number;
  readonly writtenInSeconds: number;
}

/** A Prometheus that knows the past of fleets which do not run, as far as these dashboards ask for it. */
export async function startHistory(
  dashboards: readonly Dashboard[],
  options: Omit<HistoryOptions, 'wanted'>,
): Promise<History> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'shardwatch-history-'));
  starting.defer(async () => rm(folder, { recursive: true }));
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const binary = await writablePrometheus(await ensureTool('prometheus', { log }), folder);
  const intervals = { scrapeInterval: `${SCRAPE_SECONDS}s`, evaluationInterval: `${SCRAPE_SECONDS}s` };
  const prometheus = starting.use(await Prometheus.start({ jobs: {}, ...intervals, binary }));
  const startedAtMs = performance.now();
  const written = await writeFleetHistory({ ...options, wanted: metricsOf(dashboards) }, prometheus.url);
  const resources = starting.move();
  return {
    prometheus,
    window: { ...written, scrapeSeconds: SCRAPE_SECONDS, clock: async () => cpuSeconds(prometheus) },
    samples: written.samples,
    writtenInSeconds: (performance.now() - startedAtMs) / 1_000,
    [Symbol.asyncDispose]: async () => resources.disposeAsync(),
  };
}

/** The last hours of it. */
export function lastHours({ window }: History, hours: number): Window {
  return { ...window, fromMs: window.toMs - hours * 3_600_000 };
}

function metricsOf(dashboards: readonly Dashboard[]): Set<string> {
  const queries = dashboards.flatMap((dashboard) => queriesOf(dashboard));
  return new Set(queries.flatMap(({ expr }) => selectorsIn(expr).map(({ metric }) => metric)));
}

async function cpuSeconds({ url }: Prometheus): Promise<number> {
  const metrics = parseScrape(await (await fetch(`${url}/metrics`)).text());
  return metrics.sum('process_cpu_seconds_total');
}
