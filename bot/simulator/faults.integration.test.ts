import { GatewayOpcodes } from 'discord-api-types/v10';
import { expect, test } from 'vitest';

import { startSimulator, type Simulator } from './simulator.ts';
import { RawClient } from './testing/raw-client.ts';

const { Heartbeat, HeartbeatAck, InvalidSession, Reconnect, RequestGuildMembers } = GatewayOpcodes;
const OPTIONS = { identifyIntervalMs: 0, guilds: 2 };

function emit(simulator: Simulator, type: string, shardId = 0): void {
  simulator.traffic.emit({ shardId, type, data: {} });
}

/** Two shards of which only the first is struck. */
async function twoShards(simulator: Simulator): Promise<[RawClient, RawClient]> {
  const { gatewayUrl } = simulator;
  return [await RawClient.ready(gatewayUrl, [0, 2]), await RawClient.ready(gatewayUrl, [1, 2])];
}

function count(client: RawClient, opcode: GatewayOpcodes): number {
  return client.received.filter(({ op }) => op === opcode).length;
}

/** All that was sent so far has been read and answered. */
async function answered(client: RawClient): Promise<void> {
  client.socket.ping();
  await new Promise((resolve) => client.socket.once('pong', resolve));
}

test('noAck holds back as many acknowledgements as it says, for its shard only', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [struck, spared] = await twoShards(simulator);
  simulator.faults.noAck(0, { count: 2 });
  for (const client of [struck, spared]) {
    for (let beat = 0; beat < 3; beat += 1) client.send(Heartbeat, null);
    await answered(client);
  }
  expect([count(struck, HeartbeatAck), count(spared, HeartbeatAck)]).toEqual([1, 3]);
  emit(simulator, 'STILL_HERE');
  await struck.waitForType('STILL_HERE');
});

test('slowAck acknowledges later, until it is cleared', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [struck] = await twoShards(simulator);
  simulator.faults.slowAck(0, 100);
  const startedAt = performance.now();
  struck.send(Heartbeat, null);
  await answered(struck);
  expect(count(struck, HeartbeatAck)).toBe(0);
  await struck.waitFor(({ op }) => op === HeartbeatAck);
  expect(performance.now() - startedAt).toBeGreaterThan(95);
  await simulator.faults.clear();
  struck.send(Heartbeat, null);
  await answered(struck);
  expect(count(struck, HeartbeatAck)).toBe(2);
});

test('a deaf shard acknowledges beats and delivers nothing, not even chunks, until it is cleared', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [struck] = await twoShards(simulator);
  await struck.waitForType('GUILD_CREATE');
  simulator.faults.deaf(0);
  emit(simulator, 'UNHEARD');
  const { world } = simulator;
  struck.send(RequestGuildMembers, { guild_id: world.guilds[0]?.id, user_ids: [world.bot.id], limit: 1 });
  struck.send(Heartbeat, 2);
  await answered(struck);
  expect(count(struck, HeartbeatAck)).toBe(1);
  expect(struck.types()).toEqual(['READY', 'GUILD_CREATE']);
  expect(simulator.ledger.counts().buffered).toBe(2);
  await simulator.faults.clear();
  await struck.waitForType('GUILD_MEMBERS_CHUNK');
  expect(struck.types().slice(2)).toEqual(['UNHEARD', 'GUILD_MEMBERS_CHUNK']);
});

test.for(['rst', 'fin'] as const)(
  'a dropped socket (%s) ends without a close frame and resumes',
  async (kind) => {
    await using simulator = await startSimulator(OPTIONS);
    const [struck, spared] = await twoShards(simulator);
    expect(simulator.faults.dropSocket(0, kind)).toBe(1);
    expect((await struck.closed).code).toBe(1006);
    await using next = await RawClient.resumed(simulator.gatewayUrl, struck.sessionId, struck.sequence);
    expect(next.types()).toContain('RESUMED');
    expect(spared.socket.readyState).toBe(spared.socket.OPEN);
    expect(simulator.ledger.closes()).toMatchObject([{ code: 1006, by: 'server', shardId: 0 }]);
  },
);

test('a blackholed socket stands while nothing passes; the session moves to the next one', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [struck] = await twoShards(simulator);
  await struck.waitForType('GUILD_CREATE');
  simulator.faults.dropSocket(0, 'blackhole');
  struck.send(Heartbeat, null);
  emit(simulator, 'MISSED');
  await using next = await RawClient.resumed(simulator.gatewayUrl, struck.sessionId, struck.sequence);
  expect(next.types()).toEqual(['MISSED', 'RESUMED']);
  expect([struck.socket.readyState, count(struck, HeartbeatAck)]).toEqual([struck.socket.OPEN, 0]);
  await simulator.faults.clear();
  expect((await struck.closed).code).toBe(1006);
});

test('close sends its code; 4009 and the fatal ones end the session, others do not; 4200 is refused', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const { faults } = simulator;
  for (const [code, living] of [
    [4000, 1],
    [4009, 1],
    [4014, 1],
  ]) {
    await using client = await RawClient.ready(simulator.gatewayUrl, [0, 2]);
    faults.close(0, code!);
    expect((await client.closed).code).toBe(code);
    // That of 4000 goes on living.
    expect(simulator.status().sessions).toBe(living);
  }
  expect(() => faults.close('all', 4200)).toThrow('4200');
});

test('reconnect sends op 7 to the shards that it names, and closes later if told so', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [first, second] = await twoShards(simulator);
  expect(simulator.faults.reconnect([1], { closeAfterMs: 20 })).toBe(1);
  await second.waitFor(({ op }) => op === Reconnect);
  expect((await second.closed).code).toBe(4000);
  expect(count(first, Reconnect)).toBe(0);
  expect(simulator.faults.reconnect('all')).toBe(1);
  await first.waitFor(({ op }) => op === Reconnect);
});

test('op 9: a resumable session resumes on the same socket, another is over', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [first, second] = await twoShards(simulator);
  simulator.faults.invalidSession(0, true);
  expect((await first.waitFor(({ op }) => op === InvalidSession)).d).toBe(true);
  emit(simulator, 'BETWEEN');
  first.resume(first.sessionId, first.sequence);
  await first.waitForType('RESUMED');
  expect(first.types().slice(-2)).toEqual(['BETWEEN', 'RESUMED']);

  simulator.faults.invalidSession(1, false);
  expect((await second.waitFor(({ op }) => op === InvalidSession)).d).toBe(false);
  expect(simulator.status().sessions).toBe(1);
  const over = simulator.ledger.sessions().find(({ endedAt }) => endedAt !== undefined);
  expect(over).toMatchObject({ shardId: 1, endReason: 'invalidated' });
});

test('a refused resume host takes no connection while the gateway does, and comes back on its port', async () => {
  await using simulator = await startSimulator(OPTIONS);
  await using client = await RawClient.ready(simulator.gatewayUrl, [0, 2]);
  const ready = client.received.find(({ t }) => t === 'READY')?.d as { resume_gateway_url: string };
  const resumeUrl = ready.resume_gateway_url;
  await simulator.faults.refuseResumeHost(true);
  await using refused = RawClient.open(resumeUrl);
  expect((await refused.closed).code).toBe(1006);
  await using taken = await RawClient.resumed(simulator.gatewayUrl, client.sessionId, client.sequence);
  await simulator.faults.refuseResumeHost(false);
  await using again = await RawClient.resumed(resumeUrl, client.sessionId, taken.sequence);
  expect(again.socket.readyState).toBe(again.socket.OPEN);
});

test('an unanswered op 8 brings no chunk while events go on', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [struck] = await twoShards(simulator);
  await struck.waitForType('GUILD_CREATE');
  simulator.faults.unansweredRequest(0, { count: 1 });
  const { guilds, bot } = simulator.world;
  const request = { guild_id: guilds[0]?.id, user_ids: [bot.id], limit: 1 };
  struck.send(RequestGuildMembers, request);
  await answered(struck);
  emit(simulator, 'HEARD');
  await struck.waitForType('HEARD');
  expect(struck.types()).not.toContain('GUILD_MEMBERS_CHUNK');
  struck.send(RequestGuildMembers, request);
  await struck.waitForType('GUILD_MEMBERS_CHUNK');
});

test('an unanswered IDENTIFY gets nothing and is counted, and the next one gets a session', async () => {
  await using simulator = await startSimulator(OPTIONS);
  simulator.faults.unansweredIdentify(0, { count: 1 });
  await using unanswered = await RawClient.hello(simulator.gatewayUrl);
  unanswered.identify({ shard: [0, 2] });
  await answered(unanswered);
  expect(unanswered.received).toHaveLength(1);
  await using next = await RawClient.ready(simulator.gatewayUrl, [0, 2]);
  expect(next.types()).toContain('READY');
  const identifies = simulator.ledger.identifies();
  expect(identifies.map(({ accepted, reason }) => [accepted, reason])).toEqual([
    [false, 'unanswered'],
    [true, undefined],
  ]);
});

test('an unanswered RESUME gets nothing, and the next one all', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [client] = await twoShards(simulator);
  client.drop();
  simulator.faults.unansweredResume('all', { count: 1 });
  await using unanswered = await RawClient.hello(simulator.gatewayUrl);
  unanswered.resume(client.sessionId, 1);
  await answered(unanswered);
  expect(unanswered.received).toHaveLength(1);
  await using next = await RawClient.resumed(simulator.gatewayUrl, client.sessionId, 1);
  expect(next.types()).toContain('RESUMED');
  expect(simulator.ledger.resumes().map(({ outcome }) => outcome)).toEqual(['unanswered', 'resumed']);
});

test('expired sessions and overflown replay buffers are answered with op 9', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [expired, overflown] = await twoShards(simulator);
  await overflown.waitForType('GUILD_CREATE');
  expect(simulator.faults.expireSession(0)).toBe(1);
  expect(simulator.faults.overflowReplay(1)).toBe(1);
  for (const client of [expired, overflown]) {
    client.drop();
    await using next = await RawClient.hello(simulator.gatewayUrl);
    next.resume(client.sessionId, 1);
    expect((await next.waitFor(({ op }) => op === InvalidSession)).d).toBe(false);
  }
  const outcomes = simulator.ledger.resumes().map(({ outcome }) => outcome);
  expect(outcomes).toEqual(['unknown_session', 'replay_gone']);
});

test('skipSequence leaves a hole that is in no ledger entry and in no replay', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [client] = await twoShards(simulator);
  simulator.faults.skipSequence(0, 3);
  emit(simulator, 'AFTER');
  expect((await client.waitForType('AFTER')).s).toBe(6);
  await using next = await RawClient.resumed(simulator.gatewayUrl, client.sessionId, 4);
  expect(next.received.slice(1).map(({ s }) => s)).toEqual([6, 7]);
  const sequences = [...simulator.ledger.dispatches()].filter(({ shardId }) => shardId === 0);
  expect(sequences.map(({ sequence }) => sequence)).toEqual([1, 2, 6, 7]);
});

test('malformed dispatches: no JSON, data of another kind, an empty type', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [client] = await twoShards(simulator);
  simulator.faults.malformedDispatch(0, 'odd-data');
  simulator.faults.malformedDispatch(0, 'no-type');
  await client.waitFor(({ s }) => s === 4);
  expect(client.received.slice(-2)).toEqual([
    { op: 0, t: 'MESSAGE_CREATE', s: 3, d: 42 },
    { op: 0, t: '', s: 4, d: 42 },
  ]);
  client.socket.removeAllListeners('message');
  const raw = new Promise((resolve) => {
    client.socket.once('message', (data: Buffer) => resolve(data.toString()));
  });
  simulator.faults.malformedDispatch(0, 'not-json');
  expect(await raw).toBe('{"t":"MESSAGE_CREATE","s":');
});

test('an ignored close frame leaves the socket to the client, and the session resumable', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [client] = await twoShards(simulator);
  simulator.faults.ignoreCloseFrame(0);
  client.socket.close(4200);
  await using next = await RawClient.hello(simulator.gatewayUrl);
  await answered(next);
  expect(client.socket.readyState).toBe(client.socket.CLOSING);
  next.resume(client.sessionId, client.sequence);
  await next.waitForType('RESUMED');
  await using other = await RawClient.ready(simulator.gatewayUrl, [0, 3]);
  simulator.faults.requestHeartbeat([0]);
  await other.waitFor(({ op }) => op === Heartbeat);
});
