import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CONSUMER_NAMES } from '../../bot/streams.ts';
import { parseScrape } from '../../bot/testing/scrape.ts';
import { Prometheus } from '../../deploy/local/prometheus.ts';
import { ensureTool } from '../../deploy/local/tools/ensure-tool.ts';
import { MOST_SERIES } from './rules/series.ts';
import { queriesOf } from './rules/rule.ts';
import { askDashboard, isEmpty, type Asked, type Window } from './testing/ask-dashboard.ts';
import { dashboardFiles, type DashboardFile } from './testing/dashboard-json.ts';
import { fillVariables } from './testing/fill-variables.ts';
import {
  instanceOf,
  SCRAPE_SECONDS,
  writeFleetHistory,
  type FleetSize,
  type Place,
} from './testing/fleet-history.ts';
import { selectorsIn } from './testing/promql.ts';

/** Of Prometheus's own CPU, on one core: what the query takes on a machine that has nothing else to do. */
const MOST_SECONDS = 1;
/** Consumers of the bot, and what is none of them: workers count their dead letters from the start. */
const COUNTED_ALWAYS = CONSUMER_NAMES.length + 1;
/** Pages of a table: rows that somebody scrolls through. */
const MOST_ROWS = 200;
const files = dashboardFiles();
const wanted = new Set(
  files.flatMap(({ dashboard }) =>
    queriesOf(dashboard).flatMap(({ expr }) => selectorsIn(expr).map(({ metric }) => metric)),
  ),
);
const log = (line: string) => process.stderr.write(`${line}\n`);

interface Fleet {
  readonly title: string;
  readonly place: Place;
  readonly size: FleetSize;
  readonly needles: Parameters<typeof writeFleetHistory>[0]['needles'];
}

const LARGE: Fleet = {
  title: '1,000 shards and 100 consumers on Kubernetes',
  place: 'kubernetes',
  size: { shards: 1_000, gateways: 16, consumers: 100, workers: 40 },
  needles: {
    downShard: 717,
    slowShard: 333,
    deafShard: 512,
    goneShard: 904,
    lateConsumer: 'consumer-42',
    fullWorker: 17,
  },
};
/** Its one shard is slow and deaf; what is down or gone would leave nothing to draw. */
const SMALL: Fleet = {
  title: '1 shard and 1 consumer on Swarm',
  place: 'swarm',
  size: { shards: 1, gateways: 1, consumers: 1, workers: 1 },
  needles: {
    downShard: -1,
    slowShard: 0,
    deafShard: 0,
    goneShard: -1,
    lateConsumer: 'consumer-0',
    fullWorker: 0,
  },
};

async function cpuSeconds({ url }: Prometheus): Promise<number> {
  const metrics = parseScrape(await (await fetch(`${url}/metrics`)).text());
  return metrics.sum('process_cpu_seconds_total');
}

describe.for([LARGE, SMALL])('$title', ({ place, size, needles }) => {
  let prometheus: Prometheus;
  let window: Window;
  const slowest: { where: string; seconds: number }[] = [];

  beforeAll(async () => {
    prometheus = await Prometheus.start({ jobs: {}, scrapeInterval: '15s', evaluationInterval: '15s' });
    await prometheus.stop();
    const startedAtMs = performance.now();
    const options = { size, place, needles, wanted };
    const history = await writeFleetHistory(
      options,
      await ensureTool('promtool', { log }),
      prometheus.folder,
    );
    log(`${history.samples} samples in ${Math.round((performance.now() - startedAtMs) / 1_000)} s`);
    await prometheus.startAgain();
    window = { ...history, scrapeSeconds: SCRAPE_SECONDS, clock: async () => cpuSeconds(prometheus) };
  }, 300_000);

  afterAll(async () => {
    for (const { where, seconds } of slowest.toSorted((a, b) => b.seconds - a.seconds).slice(0, 5)) {
      log(`${(seconds * 1_000).toFixed(0)} ms  ${where}`);
    }
    await prometheus[Symbol.asyncDispose]();
  });

  async function ask({ dashboard }: DashboardFile, only?: number): Promise<Asked[]> {
    const { chosen } = await fillVariables(dashboard, prometheus, window);
    return askDashboard(dashboard, prometheus, window, chosen, only);
  }

  test.for(files)('$name: every query answers, soon and with what can be read', async (file) => {
    const asked = await ask(file);
    slowest.push(...asked);
    expect(
      asked.filter(({ error }) => error !== undefined).map(({ where, error }) => `${where}: ${error}`),
    ).toEqual([]);
    expect(asked.filter((each) => isEmpty(each)).map(({ where, expr }) => `${where}: ${expr}`)).toEqual([]);
    expect(
      asked
        .filter(({ seconds }) => seconds > MOST_SECONDS)
        .map(({ where, seconds }) => `${where}: ${seconds} s`),
    ).toEqual([]);
    const crowded = asked.filter(
      ({ series, panel }) => series.length > (panel?.type === 'table' ? MOST_ROWS : MOST_SERIES),
    );
    expect(crowded.map(({ where, series }) => `${where}: ${series.length}`)).toEqual([]);
  });

  test.for(files)('$name: variables offer what there is', async ({ dashboard }) => {
    const { uid } = dashboard;
    const { offered } = await fillVariables(dashboard, prometheus, window);
    const counts = {
      namespace: place === 'kubernetes' ? 1 : 0,
      job: 3,
      component: 3,
      shard: size.shards,
      stream: 4,
      consumer: size.consumers + (uid === 'shardwatch-delivery' ? COUNTED_ALWAYS : 0),
    };
    for (const [name, values] of offered) {
      const count: number =
        name === 'instance' ? size.gateways + size.workers + 1 : (counts[name as keyof typeof counts] ?? -1);
      expect({ name, count: values.length }).toEqual({ name, count });
    }
  });

  if (size.shards === 1) return;

  const shard = (id: number) => ({ shard: String(id) });
  /** Panel -> labels of what is wrong, which must be among its lines or rows. */
  const seen: readonly (readonly [key: string, labels: Readonly<Record<string, string>>])[] = [
    ['shardwatch-overview/1/A', shard(needles.downShard)],
    ['shardwatch-overview/1/A', shard(needles.slowShard)],
    ['shardwatch-overview/4/A', shard(needles.downShard)],
    ['shardwatch-overview/4/A', shard(needles.goneShard)],
    ['shardwatch-overview/5/A', shard(needles.slowShard)],
    ['shardwatch-overview/6/A', shard(needles.deafShard)],
    ['shardwatch-overview/9/A', { consumer_name: needles.lateConsumer }],
    ['shardwatch-overview/12/A', { instance: instanceOf('worker', needles.fullWorker) }],
    ['shardwatch-shards/101/B', shard(needles.downShard)],
    ['shardwatch-shards/101/B', shard(needles.goneShard)],
    ['shardwatch-shards/101/C', shard(needles.slowShard)],
    ['shardwatch-shards/101/D', shard(needles.deafShard)],
    ['shardwatch-shards/103/A', shard(needles.downShard)],
    ['shardwatch-shards/201/A', shard(needles.slowShard)],
    ['shardwatch-shards/202/A', shard(needles.deafShard)],
    ['shardwatch-jetstream/101/A', { consumer_name: needles.lateConsumer }],
    ['shardwatch-runtime/201/A', { instance: instanceOf('worker', needles.fullWorker) }],
  ];

  test.for(seen)('%s shows the one of many that is in trouble: %j', async ([key, labels]) => {
    const [uid, id] = key.split('/');
    const file = files.find(({ dashboard }) => dashboard.uid === uid);
    if (!file) throw new Error(`no dashboard ${uid}`);
    const query = (await ask(file, Number(id))).find((each) => each.key === key);
    expect(query?.series.map((each) => each.labels)).toContainEqual(expect.objectContaining(labels));
  });
});
