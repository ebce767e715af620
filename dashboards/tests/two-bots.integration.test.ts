import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { BOT } from '../select.ts';
import { interpolate } from '../testing/interpolate.ts';
import { askDashboard, emptyOf, type AnsweredSeries, type Asked } from './testing/ask-dashboard.ts';
import { dashboardFiles, type Dashboard } from './testing/dashboard-json.ts';
import { fillVariables, type Chosen } from './testing/fill-variables.ts';
import type { Bot } from './testing/fleet-history.ts';
import { plant } from './testing/plant.ts';
import { startHistory, type History } from './testing/start-history.ts';

/** Few enough that each of both bots' is among the worst of any graph; all have the same names. */
const SIZE = { shards: 2, gateways: 1, consumers: 1, workers: 1 };
const WELL: Bot = {
  namespace: 'production',
  needles: { downShard: -1, slowShard: -1, deafShard: -1, goneShard: -1, lateConsumer: '', fullWorker: -1 },
};
const ILL: Bot = {
  namespace: 'canary',
  needles: {
    downShard: 1,
    slowShard: 0,
    deafShard: 0,
    goneShard: -1,
    lateConsumer: 'consumer-0',
    fullWorker: 0,
  },
};
/** What both bots have one of. */
const OF_ONE_BOT = ['shard', 'stream_name', 'consumer_name', 'job', 'instance', 'alertname'];
const files = dashboardFiles();

let history: History;

beforeAll(async () => {
  const dashboards = files.map(({ dashboard }) => dashboard);
  history = await startHistory(dashboards, { size: SIZE, bots: [WELL, ILL], hours: 1 });
}, 120_000);
afterAll(async () => history?.[Symbol.asyncDispose]());

interface Answers {
  readonly chosen: Chosen;
  readonly asked: readonly Asked[];
}

/** @param bot the namespace that is chosen; by default All */
async function ask(dashboard: Dashboard, bot?: string): Promise<Answers> {
  const { prometheus, window } = history;
  const wanted: Record<string, string> = bot === undefined ? {} : { [BOT]: bot };
  const { chosen } = await fillVariables(dashboard, prometheus, window, wanted);
  return { chosen, asked: await askDashboard(dashboard, prometheus, window, chosen) };
}

/** Of everything that tells of one shard, consumer, process or the like: is it there for each bot, and its own? */
async function merges(dashboard: Dashboard): Promise<string[]> {
  const { asked } = await ask(dashboard);
  const alone = await Promise.all(
    [WELL, ILL].map(async ({ namespace }) => ({ namespace, ...(await ask(dashboard, namespace)) })),
  );
  return asked.flatMap(({ where, expr, series }, index) => {
    if (!series.some(isOfOneBot)) return [];
    const expected = alone.flatMap(({ namespace, asked: own }) =>
      (own[index]?.series ?? []).filter(({ labels }) => labels[BOT] === namespace),
    );
    const isOwn = alone.every(({ namespace, asked: own }) =>
      own[index]?.series.every(({ labels }) => labels[BOT] === namespace),
    );
    const most = Math.min(expected.length, ...[...expr.matchAll(/topk\((\d+),/g)].map(([, k]) => Number(k)));
    const known = new Set(expected.map(written));
    const isApart = isOwn && series.length === most && series.every((each) => known.has(written(each)));
    return isApart
      ? []
      : [`${where}: ${series.length} of ${expected.length}, ${JSON.stringify(series[0]?.labels)}`];
  });
}

function isOfOneBot({ labels }: AnsweredSeries): boolean {
  return OF_ONE_BOT.some((label) => labels[label] !== undefined);
}

/** With its values: a maximum of both would bear the right name as well. */
function written({ labels, values }: AnsweredSeries): string {
  return JSON.stringify([Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)), values]);
}

/** As Grafana writes them: variables first, then labels. */
function legends({ chosen, asked }: Answers): Map<string, string[]> {
  const drawn = asked.filter(
    ({ panel }) => panel !== undefined && !['table', 'heatmap'].includes(panel.type),
  );
  const named = drawn.flatMap(({ panel, target, series }) => {
    const times = { rateIntervalSeconds: 60, stepSeconds: 15, rangeSeconds: 3_600 };
    const format = interpolate(target?.legendFormat ?? '', { variables: chosen, ...times });
    return series.map(({ labels }) => ({
      panel: String(panel?.title),
      legend: format.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? ''),
    }));
  });
  const byPanel = Map.groupBy(named, ({ panel }) => panel);
  return new Map([...byPanel].map(([panel, all]) => [panel, all.map(({ legend }) => legend)]));
}

describe.for(files)('$name of two bots', ({ dashboard }) => {
  test('offers both, and shows each of them apart or alone', async () => {
    const { offered } = await fillVariables(dashboard, history.prometheus, history.window);
    expect(offered.get(BOT)?.toSorted()).toEqual(['canary', 'production']);
    expect(await merges(dashboard)).toEqual([]);
  });

  test('answers every query, with All and with one of them', async () => {
    for (const bot of [undefined, 'canary', 'production']) {
      const { asked } = await ask(dashboard, bot);
      expect(asked.filter(({ error }) => error !== undefined)).toEqual([]);
      const empty = emptyOf(asked).map(({ where }) => where);
      expect(empty, bot ?? 'All').toEqual([]);
    }
  });

  test('names the bot in legends where there are two, and only there', async () => {
    const both = legends(await ask(dashboard));
    for (const [panel, names] of both)
      expect(new Set(names).size, `${panel}: ${names.join(', ')}`).toBe(names.length);
    expect([...both.values()].flat().filter((name) => name.endsWith(' in canary'))).not.toEqual([]);
    const one = legends(await ask(dashboard, 'canary'));
    expect([...one.values()].flat().filter((name) => name.includes('canary'))).toEqual([]);
    for (const [panel, names] of one)
      expect(new Set(names).size, `${panel}: ${names.join(', ')}`).toBe(names.length);
  });
});

test('a shard that is down in one bot is down, however well the other is', async () => {
  const overview = files.find(({ name }) => name === 'overview')?.dashboard as Dashboard;
  const { asked } = await ask(overview);
  const valuesOf = (key: string) =>
    asked
      .filter((each) => each.key === `shardwatch-overview/${key}`)
      .flatMap(({ series }) =>
        series.map(({ labels, values }) => `${labels[BOT]} ${labels['shard'] ?? 'all'}: ${values.at(-1)}`),
      );
  expect(valuesOf('2/A')).toEqual(['canary all: 1', 'production all: 0']);
  expect(valuesOf('4/A')).toEqual(['canary 1: 4']);
  expect(valuesOf('4/B')).toEqual(['canary 0: 6', 'production 0: 6', 'production 1: 6']);
});

/** Panel of the overview -> how its query would merge both bots. */
const MERGED: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'the timeline of shards': ['(namespace, shard)', '(shard)'],
  'the backlog of consumers': ['(namespace, consumer_name)', '(consumer_name)'],
  'processes that cannot be seen': ['(namespace, job)', '(job)'],
  'what is compared': ['and on (namespace, job, instance)', 'and on (job, instance)'],
};

test.for(Object.entries(MERGED))('a merge is caught: %s', async ([, [from, to]]) => {
  const overview = files.find(({ name }) => name === 'overview')?.dashboard as Dashboard;
  const panels = (overview.panels ?? []).map((panel) => ({
    ...panel,
    targets: (panel.targets ?? []).map((target) => ({
      ...target,
      expr: target.expr?.replaceAll(from, to) ?? '',
    })),
  }));
  expect(JSON.stringify(panels)).not.toBe(JSON.stringify(overview.panels));
  expect(await merges(plant(overview, { panels }))).not.toEqual([]);
});
