import { GatewayOpcodes } from 'discord-api-types/v10';
import { expect, test } from 'vitest';

import { startSimulator, type Simulator } from './simulator.ts';
import { RawClient } from './testing/raw-client.ts';

const AT_ONCE = { identifyIntervalMs: 0, guilds: 1 };

function emit(simulator: Simulator, type: string): void {
  simulator.traffic.emit({ guildId: simulator.world.guilds[0]!.id, type, data: {} });
}

/** Resolves once the simulator has seen the end of every connection but so many. */
async function connectionsLeft(simulator: Simulator, count: number): Promise<void> {
  await expect.poll(() => simulator.status().connections).toBe(count);
}

test('a session without a socket collects, and a RESUME gets what it missed in order, then RESUMED', async () => {
  await using simulator = await startSimulator(AT_ONCE);
  await using first = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  await first.waitForType('GUILD_CREATE');
  first.drop();
  await connectionsLeft(simulator, 0);
  for (const type of ['A', 'B', 'C']) emit(simulator, type);
  const buffered = [...simulator.ledger.dispatches()].filter(({ status }) => status === 'buffered');
  expect(buffered.map(({ type, sends, sentAt }) => [type, sends, sentAt])).toEqual([
    ['A', 0, undefined],
    ['B', 0, undefined],
    ['C', 0, undefined],
  ]);
  await using second = await RawClient.resumed(simulator.gatewayUrl, first.sessionId, 1);
  expect(second.received.slice(1).map(({ t, s }) => [t, s])).toEqual([
    ['GUILD_CREATE', 2],
    ['A', 3],
    ['B', 4],
    ['C', 5],
    ['RESUMED', 6],
  ]);
  const sends = [...simulator.ledger.dispatches()].map(({ sequence, sends: times }) => [sequence, times]);
  expect(sends).toEqual([
    [1, 1],
    [2, 2],
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 1],
  ]);
  expect(simulator.ledger.identifies()).toHaveLength(1);
  expect(simulator.ledger.resumes()).toMatchObject([{ outcome: 'resumed', replayed: 4, sequence: 1 }]);
  expect(simulator.ledger.counts()).toMatchObject({ dispatches: 6, buffered: 0, replayed: 1 });
});

test.for([
  [1000, false],
  [1001, false],
  [4200, true],
  [4000, true],
  [undefined, true],
] as const)('after a client close with %s the session is resumable: %s', async ([code, resumable]) => {
  await using simulator = await startSimulator(AT_ONCE);
  await using first = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  if (code === undefined) first.drop();
  else first.socket.close(code);
  await connectionsLeft(simulator, 0);
  expect(simulator.status().sessions).toBe(resumable ? 1 : 0);
  expect(simulator.ledger.closes()).toMatchObject([{ code: code ?? 1006, by: 'client' }]);
  await using second = await RawClient.hello(simulator.gatewayUrl);
  second.resume(first.sessionId, first.sequence);
  if (resumable) await second.waitForType('RESUMED');
  else expect((await second.waitFor(({ op }) => op === GatewayOpcodes.InvalidSession)).d).toBe(false);
});

test('a RESUME that cannot be is answered: op 9 for unknown and expired sessions, 4007 beyond what was sent, 4004 for the token', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, sessionTimeoutMs: 30 });
  const { gatewayUrl, ledger } = simulator;
  await using unknown = await RawClient.hello(gatewayUrl);
  unknown.resume('unknown', 1);
  expect((await unknown.waitFor(({ op }) => op === GatewayOpcodes.InvalidSession)).d).toBe(false);

  await using expired = await RawClient.ready(gatewayUrl, [0, 1]);
  expired.drop();
  await expect.poll(() => simulator.status().sessions).toBe(0);
  unknown.resume(expired.sessionId, expired.sequence);
  await expect
    .poll(() => unknown.received.filter(({ op }) => op === GatewayOpcodes.InvalidSession).length)
    .toBe(2);

  await using living = await RawClient.ready(gatewayUrl, [0, 1]);
  await using wrongToken = await RawClient.hello(gatewayUrl);
  wrongToken.resume(living.sessionId, 1, 'another');
  expect((await wrongToken.closed).code).toBe(4004);
  await using ahead = await RawClient.hello(gatewayUrl);
  ahead.resume(living.sessionId, 1_000);
  expect((await ahead.closed).code).toBe(4007);
  const outcomes = ['unknown_session', 'unknown_session', 'wrong_token', 'invalid_sequence'];
  expect(ledger.resumes().map(({ outcome }) => outcome)).toEqual(outcomes);
  expect(simulator.status().sessions).toBe(0);
});

test('the replay buffer is finite: the newest events can be resumed from, older ones cannot', async () => {
  const replayLimit = 10;
  await using simulator = await startSimulator({ ...AT_ONCE, replayLimit });
  await using first = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  await first.waitForType('GUILD_CREATE');
  simulator.traffic.burst(1_000, 'message');
  await first.waitFor(({ s }) => s === 1_002);
  await using second = await RawClient.resumed(simulator.gatewayUrl, first.sessionId, 1_002 - replayLimit);
  expect(second.types()).toHaveLength(replayLimit + 1);
  await using third = await RawClient.hello(simulator.gatewayUrl);
  third.resume(first.sessionId, 1_003 - replayLimit - 1);
  expect((await third.waitFor(({ op }) => op === GatewayOpcodes.InvalidSession)).d).toBe(false);
  expect(simulator.ledger.resumes().map(({ outcome }) => outcome)).toEqual(['resumed', 'replay_gone']);
});

test('a RESUME while the old socket stands closes it and moves the session', async () => {
  await using simulator = await startSimulator(AT_ONCE);
  await using old = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  await using next = await RawClient.resumed(simulator.gatewayUrl, old.sessionId, old.sequence);
  expect((await old.closed).code).toBe(4000);
  emit(simulator, 'AFTER');
  await next.waitForType('AFTER');
  expect(old.types()).not.toContain('AFTER');
  expect(simulator.status().shards).toMatchObject([{ sessionId: old.sessionId, state: 'connected' }]);
});

test('overlapping sessions of one shard, and of another shard count, each get every event with their own sequence', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, guilds: 2 });
  await using first = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  await using second = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  await using resharded = await RawClient.ready(simulator.gatewayUrl, [0, 2]);
  await using elsewhere = await RawClient.ready(simulator.gatewayUrl, [1, 2]);
  emit(simulator, 'TWICE');
  const sequences = [first, second, resharded].map(async (client) => (await client.waitForType('TWICE')).s);
  expect(await Promise.all(sequences)).toEqual([4, 4, 3]);
  expect(elsewhere.types()).not.toContain('TWICE');
});

test('a large payload is delivered and replayed whole', async () => {
  await using simulator = await startSimulator(AT_ONCE);
  await using first = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  for (const size of [100, 125, 126, 40_000, 65_535, 65_536, 2_000_000]) {
    const data = { text: 'é'.repeat(size / 2) };
    simulator.traffic.emit({ shardId: 0, type: `SIZE_${size}`, data });
    expect((await first.waitForType(`SIZE_${size}`)).d).toEqual(data);
  }
  await using second = await RawClient.resumed(simulator.gatewayUrl, first.sessionId, 0);
  expect(second.received.slice(1, -1)).toEqual(first.received.slice(1));
});

test('compressed and plain connections carry the same dispatches', async () => {
  await using simulator = await startSimulator(AT_ONCE);
  const { createInflate, createZstdDecompress, constants } = await import('node:zlib');
  for (const [name, stream] of [
    ['zlib-stream', createInflate({ finishFlush: constants.Z_SYNC_FLUSH })],
    ['zstd-stream', createZstdDecompress()],
  ] as const) {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(`${simulator.gatewayUrl}/?v=10&encoding=json&compress=${name}`);
    const texts: string[] = [];
    stream.on('data', (part: Buffer) => texts.push(part.toString()));
    socket.on('message', (data, isBinary) => {
      expect(isBinary).toBe(true);
      stream.write(data);
    });
    await expect.poll(() => texts.join('')).toContain('heartbeat_interval');
    const d = { token: simulator.options.token, intents: 1 << 9, shard: [0, 1], properties: {} };
    socket.send(JSON.stringify({ op: GatewayOpcodes.Identify, d }));
    await expect.poll(() => texts.join('')).toContain('READY');
    simulator.traffic.burst(50, 'message');
    await expect.poll(() => texts.join('').split('"MESSAGE_CREATE"').length).toBe(51);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close(1000);
    await closed;
    stream.destroy();
  }
});
