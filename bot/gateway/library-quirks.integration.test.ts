import {
  CloseCodes,
  CompressionMethod,
  DefaultWebSocketManagerOptions,
  WebSocketManager,
  WebSocketShard,
  WebSocketShardDestroyRecovery,
  WebSocketShardEvents,
  WebSocketShardStatus,
  type FetchingStrategyOptions,
  type SessionInfo,
  type WebSocketShardDestroyOptions,
} from '@discordjs/ws';
import { REST } from '@discordjs/rest';
import { GatewayOpcodes, type APIGatewayBotInfo, type GatewayDispatchPayload } from 'discord-api-types/v10';
import { expect, test } from 'vitest';

import { freePort } from '../../deploy/local/free-port.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';

/**
 * What the gateway library does, where our gateway is built around it. An upgrade that changes one
 * of these must be noticed here and not in production.
 */

const INTENTS = 1 | (1 << 9) | (1 << 15);
const SHARDS = 2;
/** The library waits so long before each reconnect. */
const RECONNECT_MS = 500;
const PATIENT = { timeout: 5_000 };

async function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  return startSimulator({ shards: SHARDS, identifyIntervalMs: 0, guilds: 2, ...options });
}

async function settled(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

interface ShardSetup {
  readonly options?: Partial<FetchingStrategyOptions>;
  readonly session?: SessionInfo | undefined;
  readonly waitForIdentify?: () => Promise<void>;
  readonly retrieveSessionInfo?: (session: SessionInfo | null) => Promise<SessionInfo | null>;
}

/** The library's shard as it is, with everything noted that it does. */
class NotedShard extends WebSocketShard implements AsyncDisposable {
  readonly destroys: WebSocketShardDestroyOptions[] = [];
  readonly dispatches: GatewayDispatchPayload[] = [];
  readonly errors: Error[] = [];
  readonly socketErrorsAtMs: number[] = [];
  /** Each write of the session store; null: forget it. */
  readonly stored: (SessionInfo | null)[] = [];
  readonly #session: { current: SessionInfo | null };
  #over = false;

  constructor(simulator: Simulator, setup: ShardSetup = {}) {
    const session: { current: SessionInfo | null } = { current: setup.session ?? null };
    super(
      {
        options: shardOptions(simulator, setup.options),
        retrieveSessionInfo: () => setup.retrieveSessionInfo?.(session.current) ?? session.current,
        updateSessionInfo: (_shardId, info) => {
          session.current = info;
          this.stored.push(info);
        },
        waitForIdentify: setup.waitForIdentify ?? (async () => undefined),
      },
      0,
    );
    this.#session = session;
    this.on(WebSocketShardEvents.Dispatch, (payload) => this.dispatches.push(payload));
    this.on(WebSocketShardEvents.Error, (error) => this.errors.push(error));
    this.on(WebSocketShardEvents.SocketError, () => this.socketErrorsAtMs.push(performance.now()));
  }

  /** Starts without waiting: a shard that never gets ready never settles `connect`. */
  open(): this {
    this.connect().catch(() => undefined);
    return this;
  }

  get session(): SessionInfo | null {
    return this.#session.current;
  }

  override async destroy(options: WebSocketShardDestroyOptions = {}): Promise<void> {
    if (this.#over) return;
    this.destroys.push({ ...options });
    await super.destroy(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await super.destroy({ code: CloseCodes.Normal });
  }
}

function shardOptions(
  simulator: Simulator,
  changes: Partial<FetchingStrategyOptions> = {},
): FetchingStrategyOptions {
  const { encoding, identifyProperties, version } = DefaultWebSocketManagerOptions;
  const session_start_limit = { total: 1, remaining: 1, reset_after: 0, max_concurrency: 1 };
  return {
    encoding,
    identifyProperties,
    version,
    compression: null,
    handshakeTimeout: 2_000,
    helloTimeout: 2_000,
    readyTimeout: 2_000,
    initialPresence: null,
    largeThreshold: null,
    useIdentifyCompression: false,
    intents: INTENTS,
    token: simulator.options.token,
    shardCount: SHARDS,
    gatewayInformation: { url: simulator.gatewayUrl, shards: SHARDS, session_start_limit },
    ...changes,
  };
}

async function ready(simulator: Simulator, setup: ShardSetup = {}): Promise<NotedShard> {
  const shard = new NotedShard(simulator, setup);
  await shard.connect();
  return shard;
}

/** A session that is left resumable, as after a crash. */
async function leftSession(simulator: Simulator): Promise<SessionInfo> {
  const shard = await ready(simulator);
  const { session } = shard;
  await shard.destroy({ code: CloseCodes.Resuming });
  return session!;
}

test('destroy() without options closes with 1000, which ends the session, and forgets it', async () => {
  await using simulator = await start();
  const shard = await ready(simulator);
  await shard.destroy();
  await expect.poll(() => simulator.ledger.closes()).toMatchObject([{ code: 1000, by: 'client' }]);
  expect([simulator.status().sessions, shard.session]).toEqual([0, null]);
});

test('destroy() with 4200 leaves the session resumable, but forgets it all the same', async () => {
  await using simulator = await start();
  const shard = await ready(simulator);
  await shard.destroy({ code: CloseCodes.Resuming });
  await expect.poll(() => simulator.ledger.closes()).toMatchObject([{ code: 4200 }]);
  expect([simulator.status().sessions, shard.session]).toEqual([1, null]);
});

test('destroy() with a recovery reconnects', async () => {
  await using simulator = await start();
  await using shard = await ready(simulator);
  await shard.destroy({ recover: WebSocketShardDestroyRecovery.Resume });
  await expect.poll(() => simulator.ledger.resumes(), PATIENT).toMatchObject([{ outcome: 'resumed' }]);
});

test('a saved session resumes in another process, at its resume address, if its shard count is the same', async () => {
  await using simulator = await start();
  const session = await leftSession(simulator);
  await using other = new NotedShard(simulator, { session, options: { shardCount: 3 } }).open();
  await expect.poll(() => simulator.ledger.identifies().length, PATIENT).toBe(2);
  expect(simulator.ledger.resumes()).toEqual([]);
  await using shard = await ready(simulator, { session });
  expect(simulator.ledger.resumes()).toMatchObject([{ outcome: 'resumed', sessionId: session.sessionId }]);
  expect(simulator.ledger.connections().map(({ host }) => host)).toEqual(['gateway', 'resume', 'resume']);
  expect([shard.status, other.status]).toEqual([WebSocketShardStatus.Ready, WebSocketShardStatus.Ready]);
});

test('when the resume address refuses, the session is forgotten and identified anew', async () => {
  await using simulator = await start();
  const session = await leftSession(simulator);
  await simulator.faults.refuseResumeHost(true);
  await using shard = await ready(simulator, { session });
  expect(shard.destroys).toMatchObject([{ code: 1006, recover: WebSocketShardDestroyRecovery.Reconnect }]);
  expect(shard.stored[0]).toBeNull();
  expect(simulator.ledger.identifies()).toHaveLength(2);
});

test('a connection that ends in mid-life without a close frame resumes', async () => {
  await using simulator = await start();
  await using shard = await ready(simulator);
  simulator.faults.dropSocket('all', 'rst');
  await expect.poll(() => simulator.ledger.counts().resumesAccepted, PATIENT).toBe(1);
  expect(shard.stored).not.toContain(null);
});

test('it reconnects every 500 ms for ever, without backoff', async () => {
  await using simulator = await start();
  const url = `ws://127.0.0.1:${await freePort()}`;
  const gatewayInformation: APIGatewayBotInfo = { ...shardOptions(simulator).gatewayInformation, url };
  await using shard = new NotedShard(simulator, { options: { gatewayInformation } }).open();
  await expect.poll(() => shard.socketErrorsAtMs.length, PATIENT).toBe(5);
  const [first = 0, last = 0] = [shard.socketErrorsAtMs[0], shard.socketErrorsAtMs[4]];
  expect((last - first) / 4).toBeGreaterThan(RECONNECT_MS - 10);
  expect((last - first) / 4).toBeLessThan(RECONNECT_MS + 200);
});

test('op 9 true resumes on the same socket', async () => {
  await using simulator = await start();
  await using shard = await ready(simulator);
  simulator.faults.invalidSession('all', true);
  await expect.poll(() => simulator.ledger.counts().resumesAccepted, PATIENT).toBe(1);
  expect([simulator.ledger.connections().length, shard.destroys]).toEqual([1, []]);
});

test('op 9 false reaches destroy() as a reconnect without a code: close with 1000, then IDENTIFY', async () => {
  await using simulator = await start();
  await using shard = await ready(simulator);
  simulator.faults.invalidSession('all', false);
  await expect.poll(() => simulator.ledger.identifies().length, PATIENT).toBe(2);
  const { Reconnect } = WebSocketShardDestroyRecovery;
  expect(shard.destroys).toEqual([{ reason: 'Invalid session', recover: Reconnect }]);
  expect(simulator.ledger.closes()).toMatchObject([{ code: 1000 }]);
});

test('op 7 closes with 4200 and resumes', async () => {
  await using simulator = await start();
  await using shard = await ready(simulator);
  simulator.faults.reconnect('all');
  await expect.poll(() => simulator.ledger.counts().resumesAccepted, PATIENT).toBe(1);
  expect(shard.destroys).toMatchObject([{ recover: WebSocketShardDestroyRecovery.Resume }]);
  expect(simulator.ledger.closes()).toMatchObject([{ code: 4200 }]);
});

test('a fatal close in mid-life is an error event and leaves the shard idle', async () => {
  await using simulator = await start();
  await using shard = await ready(simulator);
  simulator.faults.close('all', 4014);
  await expect.poll(() => shard.errors.map(({ message }) => message)).toEqual(['Used disallowed intents']);
  await settled(2 * RECONNECT_MS);
  expect(shard.status).toBe(WebSocketShardStatus.Idle);
  expect(simulator.ledger.connections()).toHaveLength(1);
});

test('an unanswered RESUME has no timeout', async () => {
  await using simulator = await start();
  const session = await leftSession(simulator);
  simulator.faults.unansweredResume('all');
  const options = { readyTimeout: 100, helloTimeout: 100 };
  await using shard = new NotedShard(simulator, { session, options }).open();
  await expect.poll(() => simulator.ledger.resumes(), PATIENT).toMatchObject([{ outcome: 'unanswered' }]);
  await settled(2 * RECONNECT_MS);
  expect([shard.status, shard.destroys]).toEqual([WebSocketShardStatus.Resuming, []]);
});

test('send() before RESUMED waits for a READY that never comes; after RESUMED it sends', async () => {
  await using simulator = await start();
  const session = await leftSession(simulator);
  await using shard = new NotedShard(simulator, { session });
  const [guild] = simulator.world.guilds;
  const request = (nonce: string) => ({
    op: GatewayOpcodes.RequestGuildMembers as const,
    d: { guild_id: guild!.id, user_ids: [simulator.world.bot.id], limit: 1, nonce },
  });
  let early = 'waiting';
  shard.once(WebSocketShardEvents.Hello, () => {
    void shard.send(request('early')).then(() => (early = 'sent'));
  });
  await shard.connect();
  await shard.send(request('late'));
  const nonces = () => shard.dispatches.map(({ d }) => (d as { nonce?: string } | null)?.nonce);
  await expect.poll(nonces, PATIENT).toContain('late');
  expect([early, nonces().includes('early')]).toEqual(['waiting', false]);
});

test('a throttler that throws leads to two IDENTIFYs and a close with 4005', async () => {
  await using simulator = await start();
  let calls = 0;
  const waitForIdentify = async () => {
    calls += 1;
    if (calls === 1) throw new Error('no slot');
  };
  await using shard = new NotedShard(simulator, { waitForIdentify }).open();
  await expect.poll(() => simulator.ledger.counts().closesByCode['4005'], PATIENT).toBe(1);
  expect(simulator.ledger.identifies().map(({ accepted }) => accepted)).toEqual([true, false]);
  expect(shard.destroys[0]).toMatchObject({ reason: 'Identify throttling logic failed' });
});

test('a missing acknowledgement by the next beat closes with 4200 and resumes', async () => {
  await using simulator = await start({ heartbeatIntervalMs: 200 });
  await using shard = await ready(simulator);
  simulator.faults.noAck('all', { count: 1 });
  await expect.poll(() => simulator.ledger.counts().resumesAccepted, PATIENT).toBe(1);
  expect(shard.destroys).toMatchObject([{ reason: 'Zombie connection' }]);
  expect(simulator.ledger.closes()).toMatchObject([{ code: 4200 }]);
});

test('a peer that ignores the close frame keeps destroy() waiting', async () => {
  await using simulator = await start();
  const shard = await ready(simulator);
  simulator.faults.ignoreCloseFrame('all');
  let destroyed = false;
  const destroying = shard.destroy({ code: CloseCodes.Resuming }).then(() => (destroyed = true));
  await settled(1_500);
  expect(destroyed).toBe(false);
  await simulator.close();
  await destroying;
});

test('the sequence is stored before its dispatch is emitted, and runs ahead by all that was read at once', async () => {
  await using simulator = await start();
  await using shard = await ready(simulator);
  const stored: number[] = [];
  const emitted: number[] = [];
  shard.on(WebSocketShardEvents.Dispatch, ({ s }) => {
    emitted.push(s);
    stored.push(shard.session?.sequence ?? 0);
  });
  await expect.poll(() => shard.dispatches.at(-1)?.s).toBe(2);
  simulator.traffic.burst(20, 'message', simulator.world.guilds[0]?.id);
  await expect.poll(() => emitted.at(-1)).toBe(22);
  for (const [index, sequence] of emitted.entries()) expect(stored[index]).toBeGreaterThanOrEqual(sequence);
  expect(Math.max(...emitted.map((sequence, index) => stored[index]! - sequence))).toBeGreaterThan(1);
});

test('an asynchronous session store scrambles the order of dispatches', async () => {
  await using simulator = await start();
  let calls = 0;
  const retrieveSessionInfo = async (session: SessionInfo | null) => {
    calls += 1;
    await settled(calls % 2 === 0 ? 20 : 1);
    return session;
  };
  await using shard = await ready(simulator, { retrieveSessionInfo });
  simulator.traffic.burst(20, 'message', simulator.world.guilds[0]?.id);
  await expect.poll(() => shard.dispatches.length, PATIENT).toBeGreaterThanOrEqual(21);
  const sequences = shard.dispatches.map(({ s }) => s);
  expect(sequences).not.toEqual(sequences.toSorted((a, b) => a - b));
});

test('a frame that is no JSON is passed over in silence', async () => {
  await using simulator = await start();
  await using shard = await ready(simulator);
  simulator.faults.malformedDispatch('all', 'not-json');
  simulator.traffic.emit({ shardId: 0, type: 'AFTER', data: {} });
  await expect.poll(() => shard.dispatches.at(-1)?.t as string).toBe('AFTER');
  expect([shard.errors, shard.destroys]).toEqual([[], []]);
});

test('native zlib carries every dispatch in order', async () => {
  await using simulator = await start();
  await using shard = await ready(simulator, { options: { compression: CompressionMethod.ZlibNative } });
  simulator.traffic.burst(500, 'message', simulator.world.guilds[0]?.id);
  await expect.poll(() => shard.dispatches.at(-1)?.s, PATIENT).toBe(502);
  expect(shard.dispatches.map(({ s }) => s)).toEqual(Array.from({ length: 502 }, (_, index) => index + 1));
});

test('destroy() during the wait for READY never settles, and reconnects behind the caller', async () => {
  await using simulator = await start();
  simulator.faults.deaf('all');
  const shard = new NotedShard(simulator).open();
  await expect.poll(() => simulator.ledger.identifies().length, PATIENT).toBe(1);
  let destroyed = false;
  void shard.destroy({ code: CloseCodes.Resuming }).then(() => (destroyed = true));
  await expect.poll(() => simulator.ledger.connections().length, PATIENT).toBe(2);
  expect(destroyed).toBe(false);
  const { Reconnect } = WebSocketShardDestroyRecovery;
  expect(shard.destroys).toMatchObject([{ code: 4200 }, { code: 1000, recover: Reconnect }]);
  await shard[Symbol.asyncDispose]();
});

test('the manager refuses to connect when fewer session starts remain than it has shards, even to resume', async () => {
  await using simulator = await start({ sessionStartLimit: { total: 10, remaining: SHARDS } });
  const session = await leftSession(simulator);
  const rest = new REST({ api: simulator.apiUrl }).setToken(simulator.options.token);
  const manager = new WebSocketManager({
    token: simulator.options.token,
    intents: INTENTS,
    rest,
    retrieveSessionInfo: (shardId) => ({ ...session, shardId }),
  });
  await expect(manager.connect()).rejects.toThrow('remaining');
  expect(simulator.ledger.connections()).toHaveLength(1);
});
