import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CONSUMER_NAMES } from '../../bot/streams.ts';
import { MOST_SERIES } from './rules/series.ts';
import { askDashboard, emptyOf, type Asked, type Window } from './testing/ask-dashboard.ts';
import { dashboardFiles, type DashboardFile } from './testing/dashboard-json.ts';
import { fillVariables } from './testing/fill-variables.ts';
import { instanceOf, type Bot, type FleetSize } from './testing/fleet-history.ts';
import { lastHours, startHistory, type History } from './testing/start-history.ts';

/** Of Prometheus's own CPU, on one core: what the query takes on a machine that has nothing else to do. */
const MOST_SECONDS = 1;
/** The same over hours and days: what is seldom asked may take longer, and never as long as nobody waits. */
const MOST_SECONDS_OF_LONG = 5;
/** Of the runtime dashboard. */
const MEMORY_TREND = 203;
/** The slowest queries of a dashboard, to be read. */
const LOGGED = 3;
/** Consumers of the bot, and what is none of them: workers count their dead letters from the start. */
const COUNTED_ALWAYS = CONSUMER_NAMES.length + 1;
/** Pages of a table: rows that somebody scrolls through. */
const MOST_ROWS = 200;
const files = dashboardFiles();
const log = (line: string) => process.stderr.write(`${line}\n`);

interface Fleet {
  readonly title: string;
  readonly size: FleetSize;
  readonly bot: Bot;
  /** How much of its past there is. */
  readonly hours: number;
}

const LARGE: Fleet = {
  title: '1,000 shards and 100 consumers on Kubernetes',
  size: { shards: 1_000, gateways: 16, consumers: 100, workers: 40 },
  bot: {
    namespace: 'bots',
    needles: {
      downShard: 717,
      slowShard: 333,
      deafShard: 512,
      goneShard: 904,
      lateConsumer: 'consumer-42',
      fullWorker: 17,
    },
  },
  hours: 24,
};
/** Its one shard is slow and deaf; what is down or gone would leave nothing to draw. */
const SMALL: Fleet = {
  title: '1 shard and 1 consumer on Swarm',
  size: { shards: 1, gateways: 1, consumers: 1, workers: 1 },
  bot: {
    needles: {
      downShard: -1,
      slowShard: 0,
      deafShard: 0,
      goneShard: -1,
      lateConsumer: 'consumer-0',
      fullWorker: 0,
    },
  },
  hours: 1,
};

describe.for([LARGE, SMALL])('$title', ({ bot, size, hours }) => {
  const { needles } = bot;
  let history: History;
  let window: Window;

  beforeAll(async () => {
    history = await startHistory(
      files.map(({ dashboard }) => dashboard),
      { size, bots: [bot], hours },
    );
    window = lastHours(history, 1);
    log(`${history.samples} samples in ${history.writtenInSeconds.toFixed(0)} s`);
  }, 300_000);
  afterAll(async () => history?.[Symbol.asyncDispose]());

  async function ask({ dashboard }: DashboardFile, only?: number, shown = window): Promise<Asked[]> {
    const { prometheus } = history;
    const { chosen } = await fillVariables(dashboard, prometheus, shown);
    return askDashboard(dashboard, prometheus, shown, chosen, only);
  }

  test.for(files)('$name: every query answers, soon and with what can be read', async (file) => {
    const asked = await ask(file);
    logSlowest('1 h', asked);
    expectSoon(asked, MOST_SECONDS);
    expect(emptyOf(asked).map(({ where, expr }) => `${where}: ${expr}`)).toEqual([]);
    const crowded = asked.filter(
      ({ series, panel }) => series.length > (panel?.type === 'table' ? MOST_ROWS : MOST_SERIES),
    );
    expect(crowded.map(({ where, series }) => `${where}: ${series.length}`)).toEqual([]);
  });

  test.for(files)('$name: variables offer what there is', async ({ dashboard }) => {
    const { uid } = dashboard;
    const { offered } = await fillVariables(dashboard, history.prometheus, window);
    const counts = {
      namespace: bot.namespace === undefined ? 0 : 1,
      // Of one bot nobody needs the name.
      in_bot: 0,
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

  const longer = [6, 24].flatMap((shownHours) =>
    files.map((file) => ({ name: file.name, file, shownHours })),
  );
  test.for(longer)('$name: every query answers over $shownHours h', async ({ shownHours, file }) => {
    const asked = await ask(file, undefined, lastHours(history, shownHours));
    logSlowest(`${shownHours} h`, asked);
    expectSoon(asked, MOST_SECONDS_OF_LONG);
    expect(emptyOf(asked).map(({ where }) => where)).toEqual([]);
  });

  test('the leak rule over the days that it is best seen over', async () => {
    const file = files.find(({ name }) => name === 'runtime') as DashboardFile;
    const asked = await ask(file, MEMORY_TREND, lastHours(history, 7 * 24));
    logSlowest('7 d', asked);
    expectSoon(asked, MOST_SECONDS_OF_LONG);
    expect(emptyOf(asked)).toEqual([]);
  });

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

function expectSoon(asked: readonly Asked[], mostSeconds: number): void {
  const failed = asked.filter(({ error }) => error !== undefined);
  expect(failed.map(({ where, error }) => `${where}: ${error}`)).toEqual([]);
  const slow = asked.filter(({ seconds }) => seconds > mostSeconds);
  expect(slow.map(({ where, seconds }) => `${where}: ${seconds} s`)).toEqual([]);
}

function logSlowest(range: string, asked: readonly Asked[]): void {
  for (const { where, seconds } of asked.toSorted((a, b) => b.seconds - a.seconds).slice(0, LOGGED)) {
    log(`${range}: ${(seconds * 1_000).toFixed(0)} ms  ${where}`);
  }
}
