import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { wallClockMs } from '../simulator/clock.ts';
import { Pipeline } from '../testing/pipeline.ts';
import type { Scrape } from '../testing/scrape.ts';
import { ScrapeLog, worstError, type Observation } from '../testing/scrape-log.ts';
import { ShardTruth } from '../testing/shard-truth.ts';
import { SAVE_INTERVAL_MS } from './session/session-saver.ts';

/** One shard a fault, all struck at the same time; the guild with the number of a shard is on it. */
const SHARD = {
  slow: 0,
  slower: 1,
  noAck: 2,
  deaf: 3,
  silentDrop: 4,
  expired: 5,
  quiet: 6,
  unanswered: 7,
  healthy: 8,
  quietMoved: 9,
  killed: 10,
  killedQuiet: 11,
  guildless: 12,
} as const;
type Case = keyof typeof SHARD;

const SHARDS = 13;
const PER_PROCESS = 10;
const QUIET: readonly number[] = [SHARD.quiet, SHARD.quietMoved, SHARD.killedQuiet, SHARD.guildless];
const HEARTBEAT_MS = 8_000;
const TRAFFIC_MS = 300;
const NIGHT_MS = 46_000;
/** Shortly before the first probe. */
const MOVED_AFTER_MS = 15_000;
/** How far a scraped number may be from what the simulator knows, in seconds. */
const TOLERANCE = 0.25;

const LATENCY = 'discord_shard_heartbeat_latency_seconds';
const GAP = 'discord_shard_event_gap_seconds';
const UP = 'discord_shard_up';

interface Run {
  readonly struckAt: number;
  readonly endedAt: number;
}

let pipeline: Pipeline;
let log: ScrapeLog;
let traffic: NodeJS.Timeout;
const runs = new Map<Case, Promise<Run>>();
const unseenBeats = new Map<number, { at: number; connectionId: number }>();
const table: Record<string, string | number>[] = [];

beforeAll(async () => {
  pipeline = await Pipeline.start({
    shardCount: SHARDS,
    shardsPerProcess: PER_PROCESS,
    simulator: { guilds: SHARDS - 1, heartbeatIntervalMs: HEARTBEAT_MS },
  });
  await pipeline.startAllGateways();
  const { world, traffic: source } = pipeline.simulator;
  const busy = world.guilds.filter(({ index }) => !QUIET.includes(index));
  traffic = setInterval(() => {
    for (const { id } of busy) source.burst(1, 'message', id);
  }, TRAFFIC_MS);
  log = new ScrapeLog(pipeline);
  await sleep(1_000);
  for (const [name, strike] of Object.entries(FAULTS)) run(name as Case, strike);
});

afterAll(async () => {
  clearInterval(traffic);
  await log[Symbol.asyncDispose]();
  await pipeline[Symbol.asyncDispose]();
  console.table(table);
});

/** Each resolves when the fault is over and the shard well again. */
const FAULTS: Partial<Record<Case, (shard: number) => Promise<unknown>>> = {
  slow: async (shard) => slowAck(shard, 1_500),
  slower: async (shard) => slowAck(shard, 6_000),
  noAck: async (shard) => {
    pipeline.simulator.faults.noAck(shard, { count: 1 });
    await until(() => resumesOf(shard) === 1);
  },
  deaf: async (shard) => {
    const { faults } = pipeline.simulator;
    faults.deaf(shard);
    const deaf = (line: string) =>
      (line.includes('shard is deaf') && line.includes(`"shard":${shard}`)) || undefined;
    await pipeline.gateways.get(0)?.process.waitForLine(deaf, 60_000);
    // It ends all others too; they must be through.
    expect(faults.list()).toMatchObject({ lasting: [{ kind: 'deaf' }] });
    await faults.clear();
    await until(() => resumesOf(shard) === 1);
  },
  silentDrop: async (shard) => {
    // The first beat is jittered, and one comes with READY: those that follow are regular.
    const known = await until(() => beatsOf(shard)[1]);
    const now = wallClockMs();
    const passed = Math.ceil((now - known.at) / HEARTBEAT_MS);
    unseenBeats.set(shard, { at: known.at + passed * HEARTBEAT_MS, connectionId: known.connectionId });
    expect(pipeline.simulator.faults.dropSocket(shard, 'blackhole')).toBe(1);
    await until(() => resumesOf(shard) === 1);
  },
  expired: async (shard) => {
    expect(pipeline.simulator.faults.expireSession(shard)).toBe(1);
    await until(() => identifiesOf(shard) === 2);
  },
  quiet: async () => sleep(NIGHT_MS),
  quietMoved: async (shard) => {
    await sleep(MOVED_AFTER_MS);
    expect(pipeline.simulator.faults.reconnect(shard)).toBe(1);
    await sleep(NIGHT_MS - MOVED_AFTER_MS);
  },
  unanswered: async (shard) => {
    pipeline.simulator.faults.unansweredResume(shard, { count: 1 });
    pipeline.simulator.faults.reconnect(shard);
    await until(() => resumesOf(shard) === 1);
  },
  healthy: async () => sleep(NIGHT_MS),
  killed: async () => {
    await pipeline.gateways.get(1)?.process.stop('SIGKILL');
    await sleep(3_000);
    await pipeline.startGateway(1).allReady();
    // The quiet one has to be probed once.
    await until(() =>
      new ShardTruth(pipeline.simulator.ledger, SHARD.killedQuiet).dispatches().some(isAfterwards),
    );
  },
};

function isAfterwards({ type }: { readonly type: string }): boolean {
  return type === 'GUILD_MEMBERS_CHUNK';
}

async function slowAck(shard: number, delayMs: number): Promise<void> {
  pipeline.simulator.faults.slowAck(shard, delayMs, { count: 1 });
  const isSlow = ({ at, ackedAt = NaN }: { at: number; ackedAt: number | undefined }) =>
    ackedAt - at > delayMs / 2;
  const slow = await until(() => beatsOf(shard).find((beat) => isSlow(beat)));
  await until(() => beatsOf(shard).some((beat) => beat.at > slow.at && beat.ackedAt && !isSlow(beat)));
}

/** Begins a scenario; its test waits for it. */
function run(name: Case, strike: (shard: number) => Promise<unknown>): void {
  const running = (async () => {
    const struckAt = wallClockMs();
    await strike(SHARD[name]);
    // Some scrapes more, of how it is afterwards.
    await sleep(1_500);
    return { struckAt, endedAt: wallClockMs() };
  })();
  // A failure is that of the test which waits for it, and it may wait for another one first.
  running.catch(() => undefined);
  runs.set(name, running);
}

async function until<T>(find: () => T | undefined | false): Promise<T> {
  return vi.waitUntil(find as () => T, { timeout: 60_000, interval: 20 });
}

function beatsOf(shard: number) {
  return pipeline.simulator.ledger.heartbeats().filter(({ shardId }) => shardId === shard);
}

function resumesOf(shard: number): number {
  const resumes = pipeline.simulator.ledger.resumes();
  return resumes.filter(({ shardId, outcome }) => shardId === shard && outcome === 'resumed').length;
}

function identifiesOf(shard: number): number {
  return pipeline.simulator.ledger.identifies().filter(({ shardId }) => shardId === shard).length;
}

function valueOf(family: string, shard: number): (scrape: Scrape) => number | undefined {
  return (scrape) => scrape.value(family, { shard: String(shard) });
}

interface Found {
  readonly before: number | undefined;
  /** The highest value while the fault held; the lowest of `discord_shard_up`. */
  readonly during: number;
  readonly after: number | undefined;
  /** Seconds between scraped and true value where they are farthest apart. */
  readonly error: number;
}

/** Holds every scrape of the scenario against the truth, and adds a line to the table. */
async function examine(name: Case, fault: string, family: string): Promise<Found> {
  const { struckAt, endedAt } = await runs.get(name)!;
  const shard = SHARD[name];
  const observations = log.of(Math.floor(shard / PER_PROCESS), struckAt - 1_000, endedAt);
  const value = valueOf(family, shard);
  const values = (of: readonly Observation[]) =>
    of.map(({ scrape }) => scrape && value(scrape)).filter((number) => number !== undefined);
  const struck = values(observations.filter(({ from }) => from >= struckAt));
  const truth = new ShardTruth(pipeline.simulator.ledger, shard);
  const unseen = unseenBeats.get(shard);
  if (unseen) truth.unseenBeats.push(unseen);
  const truthOf: Record<string, (moments: readonly number[]) => (number | undefined)[]> = {
    [LATENCY]: (moments) => truth.latencyAt(moments),
    [GAP]: (moments) => truth.gapAt(moments),
  };
  const found = {
    before: values(observations.filter(({ to }) => to < struckAt)).at(-1),
    during: family === UP ? Math.min(...struck) : Math.max(...struck),
    after: struck.at(-1),
    error: truthOf[family] ? worstError(observations, value, truthOf[family]) : 0,
  };
  const text = (number: number | undefined) =>
    number === undefined ? 'absent' : number.toFixed(family === UP ? 0 : 3);
  table.push({
    fault,
    series: family.replace(/^discord_shard_|_seconds$/g, ''),
    before: text(found.before),
    during: text(found.during),
    after: text(found.after),
    scrapes: observations.length,
    'worst error': truthOf[family] ? text(found.error) : '',
  });
  return found;
}

async function examineAll(name: Case, fault: string) {
  const up = await examine(name, fault, UP);
  const latency = await examine(name, fault, LATENCY);
  const gap = await examine(name, fault, GAP);
  expect.soft(latency.error, 'latency').toBeLessThan(TOLERANCE);
  expect.soft(gap.error, 'gap').toBeLessThan(TOLERANCE);
  return { up, latency, gap };
}

describe('every scrape tells the truth, before, during and after', () => {
  test.each([
    ['slow', 1.5],
    ['slower', 6],
  ] as const)(
    '%s ACK: the latency grows with the age of the beat and falls with the next one',
    async (name, seconds) => {
      const { up, latency, gap } = await examineAll(name, `ACK after ${seconds} s`);
      expect(latency.before).toBeLessThan(TOLERANCE);
      expect(latency.during).toBeGreaterThan(seconds - TOLERANCE);
      expect(latency.during).toBeLessThan(seconds + TOLERANCE);
      expect(latency.after).toBeLessThan(TOLERANCE);
      expect([up.during, gap.during < 1]).toEqual([1, true]);
    },
  );

  test('no ACK: the latency grows until the next connection answers', async () => {
    const { up, latency, gap } = await examineAll('noAck', 'no ACK');
    expect(latency.during).toBeGreaterThan(HEARTBEAT_MS / 1_000 - 2 * TOLERANCE);
    expect(latency.after).toBeLessThan(TOLERANCE);
    expect([up.after, gap.during < 2, identifiesOf(SHARD.noAck)]).toEqual([1, true, 1]);
  });

  test('deaf but ACKing: the gap grows while the latency stays low', async () => {
    const { up, latency, gap } = await examineAll('deaf', 'deaf, ACKs');
    expect(latency.during).toBeLessThan(1);
    expect(gap.during).toBeGreaterThan(29);
    expect(gap.after).toBeLessThan(1);
    expect([up.before, up.after, identifiesOf(SHARD.deaf)]).toEqual([1, 1, 1]);
  });

  test('silent drop: both grow', async () => {
    const { up, latency, gap } = await examineAll('silentDrop', 'silent drop');
    expect(latency.during).toBeGreaterThan(HEARTBEAT_MS / 1_000 - 2 * TOLERANCE);
    expect(gap.during).toBeGreaterThan(latency.during);
    expect([latency.after! < TOLERANCE, gap.after! < 1, up.after]).toEqual([true, true, 1]);
  });

  test('session expired: the gap grows until the probe finds out, and a new session is ready', async () => {
    const { up, latency, gap } = await examineAll('expired', 'session expired');
    expect(gap.during).toBeGreaterThan(19);
    expect(gap.during).toBeLessThan(30);
    expect(latency.after).toBeLessThan(TOLERANCE);
    expect([up.after, gap.after! < 1]).toEqual([1, true]);
    const last = log.of(0).at(-1)?.scrape;
    expect(last?.value('discord_shard_sessions_lost_total', { shard: String(SHARD.expired) })).toBe(1);
  });

  test('RESUME unanswered: a shard that is down looks down', async () => {
    const { up, latency, gap } = await examineAll('unanswered', 'RESUME unanswered');
    expect([up.before, up.during, up.after]).toEqual([1, 0, 1]);
    expect(gap.during).toBeGreaterThan(14.5);
    expect([latency.after! < TOLERANCE, gap.after! < 1]).toEqual([true, true]);
  });

  test('a quiet night: the probe keeps the gap under 30 s', async () => {
    const { up, gap } = await examineAll('quiet', 'quiet guild at night');
    expect(gap.during).toBeGreaterThan(19);
    expect(gap.during).toBeLessThan(30);
    expect(up.during).toBe(1);
    const last = log.of(0).at(-1)?.scrape;
    expect(last?.sum('discord_shard_closes_total', { shard: String(SHARD.quiet) })).toBe(0);
  });

  test('a quiet night with a reconnect in it: the new connection is probed in time too', async () => {
    const { gap } = await examineAll('quietMoved', 'quiet, reconnects');
    expect(gap.during).toBeGreaterThan(19);
    expect(gap.during).toBeLessThan(30);
    expect(resumesOf(SHARD.quietMoved)).toBe(1);
  });

  test('a healthy shard looks healthy all the while', async () => {
    const { up, latency, gap } = await examineAll('healthy', 'none');
    expect([up.during, latency.during < 1, gap.during < 1]).toEqual([1, true, true]);
  });

  test('a killed process: the target is gone, and the next one tells the truth', async () => {
    const { struckAt, endedAt } = await runs.get('killed')!;
    const observations = log.of(1, struckAt - 1_000, endedAt);
    const gone = observations.filter(({ scrape }) => !scrape);
    expect(gone.length).toBeGreaterThan(5);
    const { pid } = pipeline.gateways.get(1)!.process;
    const next = observations.filter((one) => one.scrape && one.pid === pid);
    for (const name of ['killed', 'killedQuiet'] as const) {
      const shard = SHARD[name];
      const truth = new ShardTruth(pipeline.simulator.ledger, shard);
      const ready = next.filter(({ scrape }) => valueOf(UP, shard)(scrape!) === 1).slice(1);
      const latency = worstError(ready, valueOf(LATENCY, shard), (moments) => truth.latencyAt(moments));
      expect.soft(latency).toBeLessThan(TOLERANCE);
      // Before the first dispatch it knows only when its predecessor last noted something: on a busy
      // shard every second, on a quiet one every 20 s.
      for (const { from, to, scrape } of next) {
        const value = valueOf(GAP, shard)(scrape!);
        if (value === undefined) continue;
        const [atFrom = NaN, atTo = NaN] = truth.gapAt([from, to]);
        expect.soft(value).toBeLessThan(Math.max(atFrom, atTo) + SAVE_INTERVAL_MS / 1_000 + TOLERANCE);
        if (name === 'killedQuiet') expect.soft(value).toBeGreaterThan(Math.min(atFrom, atTo) - 21);
      }
      const dispatched = name === 'killed' ? ready : next.slice(-3);
      const gap = worstError(dispatched, valueOf(GAP, shard), (moments) => truth.gapAt(moments));
      expect.soft(gap).toBeLessThan(TOLERANCE);
      const at = (one: Observation | undefined, family: string) =>
        (one?.scrape && valueOf(family, shard)(one.scrape))?.toFixed(3) ?? 'absent';
      for (const [family, error] of [
        [LATENCY, latency],
        [GAP, gap],
      ] as const) {
        table.push({
          fault: `process killed${name === 'killedQuiet' ? ', quiet' : ''}`,
          series: family.replace(/^discord_shard_|_seconds$/g, ''),
          before: at(
            observations.findLast(({ to }) => to < struckAt),
            family,
          ),
          during: 'target gone',
          after: at(next.at(-1), family),
          scrapes: observations.length,
          'worst error': error.toFixed(3),
        });
      }
      expect(identifiesOf(shard)).toBe(1);
    }
  });

  test('a shard without guilds has no gap, since nothing can come to it', async () => {
    const { struckAt } = await runs.get('killed')!;
    const observations = log.of(1, 0, struckAt).filter(({ scrape }) => scrape);
    expect(observations.length).toBeGreaterThan(2);
    for (const { scrape } of observations) {
      const [up, guilds, gap] = [UP, 'discord_shard_guilds', GAP].map((family) =>
        valueOf(family, SHARD.guildless)(scrape!),
      );
      expect([up, guilds, gap]).toEqual([1, 0, undefined]);
    }
  });

  test('at every scrape each shard is in one state, and no counter falls', async () => {
    await Promise.all(runs.values());
    const highest = new Map<string, number>();
    let counters = 0;
    for (const { ordinal, pid, scrape } of log.observations) {
      if (!scrape) continue;
      const mine = Object.values(SHARD).filter((shard) => Math.floor(shard / PER_PROCESS) === ordinal);
      for (const shard of mine) {
        const labels = { shard: String(shard) };
        expect(scrape.sum('discord_shard_state', labels)).toBe(1);
        expect(scrape.value('discord_shard_state', { ...labels, state: 'ready' })).toBe(
          scrape.value(UP, labels),
        );
      }
      for (const { name, labels, value } of scrape.series.filter((one) => one.name.endsWith('_total'))) {
        const key = `${pid} ${name} ${JSON.stringify(labels)}`;
        expect(value, key).toBeGreaterThanOrEqual(highest.get(key) ?? 0);
        highest.set(key, value);
        counters += 1;
      }
    }
    console.info(`${log.observations.length} scrapes, ${counters} counter samples, none fell`);
  });
});
