import { connect, type NatsConnection } from 'nats';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { NatsServer } from '../../../deploy/local/nats-server.ts';
import { NO_TELEMETRY } from '../../../runtime/telemetry/telemetry.ts';
import { ensureStreams } from '../../ensure-streams.ts';
import { PayloadBucket } from '../../payload-bucket.ts';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { STREAMS } from '../../streams.ts';
import { connectionOptions } from '../connection-options.ts';
import { createFindStored } from '../publish/find-stored.ts';
import { PUBLISHER_DEFAULTS } from '../publish/publication.ts';
import { registerPublishMetrics } from '../publish/publish-metrics.ts';
import { Publisher } from '../publish/publisher.ts';
import type { Inherited } from '../session/session-keeper.ts';
import { PROBE_AFTER_MS, PROBE_TIMEOUT_MS } from './probe.ts';
import { MAX_UNANSWERED, RESUME_TIMEOUT_MS } from './resume-watch.ts';
import { ShardActivity } from './shard-activity.ts';
import { Shard } from './shard.ts';

const POLL = { timeout: 20_000, interval: 5 };
const INTENTS = 1 | (1 << 9);
/** Deaf connections in an hour. */
const HOUR_ROUNDS = 3_600_000 / (PROBE_AFTER_MS + PROBE_TIMEOUT_MS);

const realNow = performance.now.bind(performance);
/** What has passed on the monotonic clock without being waited for. */
let elapsedMs = 0;
/** How long READY is waited for; undefined: as always. */
let readyTimeoutMs: number | undefined;

interface LogLine {
  readonly msg: string;
  readonly delayMs?: number;
}

let nats: NatsServer;
let connection: NatsConnection;
let simulator: Simulator;
let publisher: Publisher;
let shard: Shard;
let log: LogLine[];

beforeEach(async () => {
  vi.spyOn(performance, 'now').mockImplementation(() => realNow() + elapsedMs);
  nats = await NatsServer.start();
  connection = await connect({ servers: nats.url });
  log = [];
  const logger = pino({}, { write: (line) => log.push(JSON.parse(line) as LogLine) });
  await ensureStreams(await connection.jetstreamManager(), STREAMS, { replicas: 1 }, logger);
  simulator = await startSimulator({
    shards: 1,
    guilds: 2,
    identifyIntervalMs: 0,
    // Longer than a test lasts by its own clock.
    sessionTimeoutMs: 86_400_000,
  });
  const jetstream = connection.jetstream();
  publisher = new Publisher({
    connection,
    options: PUBLISHER_DEFAULTS,
    payloads: new PayloadBucket(jetstream, 1),
    findStored: createFindStored(jetstream),
    streamSequence: 0,
    metrics: registerPublishMetrics(new Registry(), () => publisher.pending),
    log: logger,
    onRoom: () => undefined,
  });
  shard = startShard(logger);
  await expect.poll(() => shard.activity.state, POLL).toBe('ready');
  await expect.poll(() => shard.activity.events, POLL).toBeGreaterThan(2);
  // The process starts anew and goes on with the session: nothing was identified in it yet.
  await shard.stop();
  const session = shard.session.current;
  shard = startShard(logger, { session, guildIds: shard.session.guilds.list(), savedAt: undefined });
  await expect.poll(() => shard.activity.state, POLL).toBe('ready');
  expect(identifies()).toBe(1);
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  elapsedMs = 0;
  readyTimeoutMs = undefined;
  await shard.stop();
  publisher.close();
  await simulator.close();
  await connection.close();
  await nats[Symbol.asyncDispose]();
});

function startShard(logger: pino.Logger, inherited?: Inherited): Shard {
  const url = simulator.gatewayUrl;
  const session_start_limit = { total: 1_000, remaining: 1_000, reset_after: 0, max_concurrency: 1 };
  const gateway = { url, shards: 1, session_start_limit };
  const config = { token: simulator.options.token, intents: INTENTS, compression: 'none' } as const;
  const options = connectionOptions(config, gateway, 1);
  const activity = new ShardActivity();
  activity.onOwned(performance.now());
  const started = new Shard(
    {
      id: 0,
      count: 1,
      activity,
      epoch: undefined,
      held: () => true,
      connectionOptions: () => ({ ...options, readyTimeout: readyTimeoutMs ?? options.readyTimeout }),
      publisher,
      gate: { wait: async () => undefined },
      findStored: createFindStored(connection.jetstream()),
      telemetry: NO_TELEMETRY,
      log: logger,
      countEvent: () => undefined,
      observeHeartbeat: () => undefined,
      onSessionChange: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    },
    inherited,
  );
  started.start();
  return started;
}

function identifies(): number {
  return simulator.ledger.identifies().length;
}

/** Silent until it is probed, and from there until it is given up. */
async function goesDeaf(): Promise<void> {
  await expect.poll(() => shard.activity.state, POLL).toBe('ready');
  elapsedMs += PROBE_AFTER_MS + 1;
  shard.probe(performance.now());
  elapsedMs += PROBE_TIMEOUT_MS + 1;
  shard.probe(performance.now());
  expect(shard.activity.state).toBe('closed');
}

async function identifiesTwiceInVain(): Promise<void> {
  for (const expected of [2, 3]) {
    simulator.faults.invalidSession(0, false);
    await expect.poll(identifies, POLL).toBe(expected);
    await expect.poll(() => shard.activity.state, POLL).toBe('ready');
  }
}

/** A RESUME is waited for in vain, and the next connection begins: in no time. */
async function resumesInVain(): Promise<void> {
  const reconnects = () => log.filter(({ msg }) => msg === 'shard reconnects').length;
  await expect.poll(() => shard.activity.state, POLL).toBe('resuming');
  const before = reconnects();
  vi.advanceTimersByTime(RESUME_TIMEOUT_MS);
  await expect.poll(reconnects, POLL).toBe(before + 1);
  vi.advanceTimersByTime(RESUME_TIMEOUT_MS);
}

/** How long the next IDENTIFY is put off. */
async function putOffMs(): Promise<number | undefined> {
  const delayMs = () => log.find((line) => line.delayMs !== undefined && line.delayMs > 20_000)?.delayMs;
  await expect.poll(delayMs, POLL).toBeDefined();
  return delayMs();
}

test('a shard that stays deaf is given new sessions further and further apart', async () => {
  // The guilds of each new session come through: events, which prove nothing.
  simulator.faults.unansweredRequest(0);
  const identifiedAfter: number[] = [];
  for (let round = 1; round <= HOUR_ROUNDS; round += 1) {
    const before = shard.activity.sessionsLost;
    await goesDeaf();
    if (shard.activity.sessionsLost > before) identifiedAfter.push(round);
  }
  await expect.poll(() => shard.activity.state, POLL).toBe('ready');
  expect(identifiedAfter).toEqual([3, 9, 21, 45, 93]);
  expect(identifies()).toBe(1 + identifiedAfter.length);
});

test('an IDENTIFY that is not answered is tried twice, and then put off', async () => {
  readyTimeoutMs = 100;
  simulator.faults.unansweredIdentify(0);
  simulator.faults.invalidSession(0, false);
  expect(await putOffMs()).toBeLessThanOrEqual(30_000);
  expect(identifies()).toBe(3);
});

test('a session that Discord ends again and again right after READY is not begun again at once', async () => {
  await identifiesTwiceInVain();
  simulator.faults.invalidSession(0, false);
  expect(await putOffMs()).toBeLessThanOrEqual(30_000);
  expect(identifies()).toBe(3);
});

test('a session whose RESUME is not answered is not given up while new ones were in vain just now', async () => {
  await identifiesTwiceInVain();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { faults, ledger } = simulator;
  faults.unansweredResume(0);
  faults.reconnect(0);
  await expect.poll(() => log.at(-1)?.msg, POLL).toBe('shard reconnects');
  vi.advanceTimersByTime(RESUME_TIMEOUT_MS);
  for (let tries = 0; tries < MAX_UNANSWERED + 2; tries += 1) await resumesInVain();
  await expect.poll(() => ledger.resumes().at(-1)?.outcome, POLL).toBe('unanswered');
  expect(shard.activity.sessionsLost).toBe(2);

  elapsedMs += 30_000;
  await resumesInVain();
  await expect.poll(identifies, POLL).toBe(4);
  expect(shard.activity.sessionsLost).toBe(3);
});
