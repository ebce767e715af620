import { spawnSync } from 'node:child_process';

import { consumerOpts } from 'nats';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { LocalProcess } from '../deploy/local/process.ts';
import { ensureTool } from '../deploy/local/tools/ensure-tool.ts';
import { subjectOf } from './events.ts';
import { BOT_USER_ID } from './simulator/world/users.ts';
import { isDocumentedValue, labelsOf } from './testing/documented-labels.ts';
import { Pipeline, portIn, TEST_TOKEN } from './testing/pipeline.ts';
import { scrape, type Scrape } from './testing/scrape.ts';

/** Every process that is scraped; each takes the pipeline's environment and logs `http listening`. */
const PROCESSES = [
  { name: 'gateway', entry: 'bot/gateway/main.ts', own: 'discord_shard_events_total' },
  { name: 'worker', entry: 'bot/worker/main.ts', own: 'worker_events_total' },
  { name: 'exporter', entry: 'exporters/main.ts', own: 'jetstream_consumer_delivered_consumer_seq' },
] as const;

const SHARDS = 4;
const GUILDS = 40;
const EVENTS = 600;
const MESSAGE_TEXT = 'what nobody else should ever read';
/** Any more and a label has got something in it that it should not. */
const MAX_SERIES_PER_FAMILY = 600;
const SNOWFLAKE = /\d{17,20}/;
const POLL = { timeout: 30_000, interval: 200 };

const stack = new AsyncDisposableStack();
const scrapes = new Map<string, Scrape>();
let pipeline: Pipeline;
let promtool: string;
let texts: string[];

beforeAll(async () => {
  promtool = await ensureTool('promtool', { log: (line) => process.stderr.write(`${line}\n`) });
  pipeline = stack.use(
    await Pipeline.start({ shardCount: SHARDS, shardsPerProcess: SHARDS, simulator: { guilds: GUILDS } }),
  );
  const ports = new Map<string, number>();
  for (const { name, entry } of PROCESSES) {
    const env = { ...pipeline.processEnv, SHARD_COUNT: String(SHARDS) };
    const subject = stack.use(new LocalProcess({ name, command: process.execPath, args: [entry], env }));
    ports.set(name, await subject.waitForLine(portIn));
  }
  const of = async (name: string) => scrape(ports.get(name)!);
  await vi.waitUntil(async () => (await of('gateway')).sum('discord_shard_up') === SHARDS, POLL);
  await makeTrouble();
  await vi.waitUntil(async () => (await of('worker')).sum('worker_events_total') > EVENTS / 2, POLL);
  texts = await messageTexts();
  for (const { name } of PROCESSES) scrapes.set(name, await of(name));
}, 120_000);

afterAll(async () => stack.disposeAsync());

/** Traffic of every kind, and failures whose messages name what they are about. */
async function makeTrouble(): Promise<void> {
  const { traffic, faults, world } = pipeline.simulator;
  const [guild] = world.guilds;
  const author = { id: world.users[0]!.id, username: world.users[0]!.username };
  const data = {
    id: '1100000000000000001',
    channel_id: guild!.textChannels[0],
    guild_id: guild!.id,
    author,
    content: MESSAGE_TEXT,
  };
  traffic.emit({ guildId: guild!.id, type: 'MESSAGE_CREATE', data });
  faults.rest({ status: 500, count: 5 });
  faults.rest({ status: 429, retryAfter: 0.1, count: 2 });
  traffic.burst(EVENTS / 2);
  faults.malformedDispatch(1, 'no-type');
  faults.malformedDispatch(1, 'odd-data');
  traffic.emit({ shardId: 2, type: guild!.id, data: {} });
  traffic.emit({ shardId: 2, type: 'Lower case, and "quoted"', data: {} });
  faults.reconnect(0);
  faults.expireSession(3);
  faults.close(3, 4009, MESSAGE_TEXT);
  await vi.waitUntil(() => {
    const { resumesAccepted, identifiesAccepted } = pipeline.simulator.status().counts;
    return resumesAccepted > 0 && identifiesAccepted === SHARDS + 1;
  }, POLL);
  traffic.burst(EVENTS / 2);
}

/** What people wrote, as the stream has it. */
async function messageTexts(): Promise<string[]> {
  const connection = await pipeline.connectNats();
  try {
    const subject = subjectOf('MESSAGE_CREATE');
    const subscription = await connection.jetstream().subscribe(subject, consumerOpts().orderedConsumer());
    const found = new Set<string>();
    for await (const message of subscription) {
      const { content } = message.json<{ content?: unknown }>();
      if (typeof content === 'string') found.add(content);
      if (message.info.pending === 0) break;
    }
    return [...found];
  } finally {
    await connection.close();
  }
}

/** Everything of people and of Discord's secrets that the simulator knows. */
function secrets(): Map<string, Iterable<string>> {
  const { world, ledger } = pipeline.simulator;
  const entries = [...ledger.dispatches()].map(({ eventId }) => eventId);
  return new Map<string, Iterable<string>>([
    ['token', [TEST_TOKEN]],
    ['session id', ledger.sessions().map(({ sessionId }) => sessionId)],
    ['user id', [BOT_USER_ID, ...world.users.map(({ id }) => id)]],
    ['user name', world.users.map(({ username }) => username)],
    ['guild id', world.guilds.map(({ id }) => id)],
    [
      'channel id',
      world.guilds.flatMap(({ textChannels, voiceChannels }) => [...textChannels, ...voiceChannels]),
    ],
    ['message, member or interaction id', entries.filter((id) => id !== undefined)],
    ['message text', texts],
  ]);
}

describe.each(PROCESSES)('$name', ({ name, own }) => {
  test('its scrape holds its own numbers, and promtool has nothing to say against it', () => {
    const scraped = scrapes.get(name)!;
    expect(scraped.sum(own)).toBeGreaterThan(0);
    expect(scraped.sum('process_cpu_seconds_total')).toBeGreaterThan(0);
    const checked = spawnSync(promtool, ['check', 'metrics'], { input: scraped.text, encoding: 'utf8' });
    expect(checked.error).toBeUndefined();
    const complaints = `${checked.stdout}${checked.stderr}`.split('\n').filter((line) => line !== '');
    expect(complaints).toEqual([]);
    // 3: complaints only, and these were looked at.
    expect(checked.status).toBe(complaints.length === 0 ? 0 : 3);
  });

  test('nothing of people and no secret is in it', () => {
    const { text, series } = scrapes.get(name)!;
    for (const [kind, values] of secrets()) {
      let searched = 0;
      for (const value of values) {
        expect(text.includes(value), `${kind} ${value}`).toBe(false);
        searched += 1;
      }
      expect(searched, kind).toBeGreaterThan(0);
    }
    for (const { labels } of series)
      for (const value of Object.values(labels)) expect(value).not.toMatch(SNOWFLAKE);
  });

  test('no family has a label that is not documented, nor more series than its labels allow', () => {
    const { series } = scrapes.get(name)!;
    for (const [family, all] of Map.groupBy(series, (one) => one.name)) {
      const documented = labelsOf(family);
      expect(documented, `${family} is documented`).toBeDefined();
      const found = new Set(all.flatMap(({ labels }) => Object.keys(labels)));
      expect(
        [...found].filter((label) => !documented!.includes(label)),
        family,
      ).toEqual([]);
      for (const [label, value] of all.flatMap(({ labels }) => Object.entries(labels))) {
        expect(isDocumentedValue(label, value), `${family} ${label}="${value}"`).toBe(true);
      }
      expect(all.length, family).toBeLessThan(MAX_SERIES_PER_FAMILY);
    }
  });
});

test('what was searched for was there to be found', () => {
  expect(texts).toContain(MESSAGE_TEXT);
  expect(texts.length).toBeGreaterThan(50);
  const gateway = scrapes.get('gateway')!;
  expect(gateway.value('discord_events_total', { type: 'UNKNOWN' })).toBe(3);
  expect(gateway.value('discord_shard_closes_total', { shard: '3', code: '4009' })).toBe(1);
  expect(scrapes.get('worker')!.sum('discord_rest_requests_total', { status: '500' })).toBeGreaterThan(0);
});
