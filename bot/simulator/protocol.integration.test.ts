import { GatewayOpcodes } from 'discord-api-types/v10';
import { expect, test } from 'vitest';

import { SIMULATOR_DEFAULTS } from './options.ts';
import { SEND_LIMIT } from './protocol/send-limit.ts';
import { startSimulator } from './simulator.ts';
import { INTENTS, RawClient } from './testing/raw-client.ts';

const { InvalidSession, Heartbeat, HeartbeatAck, RequestGuildMembers, VoiceStateUpdate } = GatewayOpcodes;
const AT_ONCE = { identifyIntervalMs: 0 };

test('wrong queries are closed: 4012 for the version, 4002 for encodings and compressions it does not speak', async () => {
  await using simulator = await startSimulator();
  const codes: [string, number][] = [
    ['v=9&encoding=json', 4012],
    ['encoding=json', 4012],
    ['v=10&encoding=etf', 4002],
    ['v=10&compress=brotli', 4002],
  ];
  for (const [query, code] of codes) {
    await using client = RawClient.open(simulator.gatewayUrl, query);
    expect([query, (await client.closed).code]).toEqual([query, code]);
  }
});

test('a wrong IDENTIFY is closed with the code that says why', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, guilds: 2_501, disallowedIntents: 1 << 1 });
  const codes: [Record<string, unknown>, number][] = [
    [{ token: 'another' }, 4004],
    [{ properties: undefined }, 4002],
    [{ shard: [2, 2] }, 4010],
    [{ shard: [-1, 2] }, 4010],
    [{ shard: [0, 1, 2] }, 4010],
    [{ shard: ['0', '1'] }, 4010],
    [{ shard: [0, 1] }, 4011],
    [{ shard: [0, 2], intents: undefined }, 4013],
    [{ shard: [0, 2], intents: 1 << 30 }, 4013],
    [{ shard: [0, 2], intents: INTENTS | (1 << 1) }, 4014],
  ];
  for (const [fields, code] of codes) {
    await using client = await RawClient.hello(simulator.gatewayUrl);
    client.identify(fields);
    expect([fields, (await client.closed).code]).toEqual([fields, code]);
  }
  expect(simulator.ledger.identifies().every(({ accepted }) => !accepted)).toBe(true);
  // The first had a wrong token, the second none of the right form; only what was authenticated counts.
  expect(simulator.status().sessionStarts.remaining).toBe(
    SIMULATOR_DEFAULTS.sessionStartLimit.total - codes.length + 1,
  );
});

test('what a client may not send is closed: 4001, 4002, 4003, 4005, 4008', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, guilds: 2 });
  const { gatewayUrl } = simulator;
  const cases: [string, number, (client: RawClient) => void][] = [
    ['unknown opcode', 4001, (client) => client.socket.send(JSON.stringify({ op: 99, d: null }))],
    ['no JSON', 4002, (client) => client.socket.send('{"op":')],
    ['no object', 4002, (client) => client.socket.send('[1]')],
    ['no opcode', 4002, (client) => client.socket.send('{"d":1}')],
    ['too long', 4002, (client) => client.send(Heartbeat, 'x'.repeat(SEND_LIMIT.payloadBytes))],
    ['before identify', 4003, (client) => client.send(RequestGuildMembers, {})],
    [
      'too many',
      4008,
      (client) => {
        for (let sent = 0; sent <= SEND_LIMIT.count; sent += 1) client.send(Heartbeat, null);
      },
    ],
  ];
  for (const [name, code, offend] of cases) {
    await using client = await RawClient.hello(gatewayUrl);
    offend(client);
    expect([name, (await client.closed).code]).toEqual([name, code]);
  }
  await using client = await RawClient.ready(gatewayUrl, [0, 1]);
  client.identify();
  expect((await client.closed).code).toBe(4005);
  expect(simulator.ledger.identifies()).toMatchObject([
    { accepted: true },
    { accepted: false, reason: 'already authenticated' },
  ]);
});

test('as many sends as are allowed, of the length that is allowed, are all answered', async () => {
  await using simulator = await startSimulator();
  await using client = await RawClient.hello(simulator.gatewayUrl);
  const frame = (fill: number) => JSON.stringify({ op: Heartbeat, d: 'x'.repeat(fill) });
  client.socket.send(frame(SEND_LIMIT.payloadBytes - frame(0).length));
  for (let sent = 1; sent < SEND_LIMIT.count; sent += 1) client.send(Heartbeat, null);
  const acks = () => client.received.filter(({ op }) => op === HeartbeatAck).length;
  await client.waitFor(() => acks() === SEND_LIMIT.count);
});

test('a client that beats stays, one that stops is closed and can resume', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, heartbeatIntervalMs: 40 });
  await using beating = await RawClient.hello(simulator.gatewayUrl);
  const beats = setInterval(() => beating.send(Heartbeat, null), 20);
  await using silent = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  expect(await silent.closed).toEqual({ code: 4000, reason: 'No heartbeat.' });
  await using next = await RawClient.resumed(simulator.gatewayUrl, silent.sessionId, silent.sequence);
  expect(next.types()).toEqual(['RESUMED']);
  await next.closed;
  clearInterval(beats);
  expect(beating.socket.readyState).toBe(beating.socket.OPEN);
});

test('one IDENTIFY per interval and bucket: an early one is answered with op 9 and can be tried again', async () => {
  const identifyIntervalMs = 300;
  await using simulator = await startSimulator({ maxConcurrency: 2, identifyIntervalMs, guilds: 8 });
  const { gatewayUrl, ledger } = simulator;
  await using first = await RawClient.ready(gatewayUrl, [0, 4]);
  await using otherBucket = await RawClient.ready(gatewayUrl, [1, 4]);
  await using early = await RawClient.hello(gatewayUrl);
  early.identify({ shard: [2, 4] });
  expect((await early.waitFor(({ op }) => op === InvalidSession)).d).toBe(false);
  const accepted = () => ledger.identifies().filter((entry) => entry.accepted);
  expect(accepted()).toHaveLength(2);
  await new Promise((resolve) => setTimeout(resolve, identifyIntervalMs));
  early.identify({ shard: [2, 4] });
  await early.waitForType('READY');
  expect(accepted().map(({ bucket }) => bucket)).toEqual([0, 1, 0]);
  expect(ledger.identifies().find((entry) => !entry.accepted)?.reason).toContain('too early');
  expect([first.socket.readyState, otherBucket.socket.readyState]).toEqual([1, 1]);
});

test('the daily budget counts down, and spending more ends every session and the token', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, sessionStartLimit: { total: 9, remaining: 2 } });
  const { gatewayUrl } = simulator;
  const bot = async () =>
    fetch(`${simulator.apiUrl}/v10/gateway/bot`, {
      headers: { authorization: `Bot ${SIMULATOR_DEFAULTS.token}` },
    });
  await using first = await RawClient.ready(gatewayUrl, [0, 2]);
  await using second = await RawClient.ready(gatewayUrl, [1, 2]);
  const limit = (await (await bot()).json()) as { session_start_limit: Record<string, number> };
  expect(limit.session_start_limit).toMatchObject({ total: 9, remaining: 0, max_concurrency: 1 });
  expect(limit.session_start_limit['reset_after']).toBeGreaterThan(86_000_000);
  await using third = await RawClient.hello(gatewayUrl);
  third.identify({ shard: [0, 2] });
  for (const client of [first, second, third]) expect((await client.closed).code).toBe(4004);
  expect((await bot()).status).toBe(401);
  expect(simulator.status()).toMatchObject({ sessions: 0, tokenRevoked: true });
});

test('READY names the guilds of the shard, a GUILD_CREATE for each follows, events go to the shard of their guild', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, guilds: 5 });
  await using even = await RawClient.ready(simulator.gatewayUrl, [0, 2]);
  await using odd = await RawClient.ready(simulator.gatewayUrl, [1, 2]);
  const { world, traffic } = simulator;
  const ready = (await even.waitForType('READY')).d as { guilds: { id: string }[]; shard: number[] };
  expect(ready.shard).toEqual([0, 2]);
  expect(ready.guilds.map(({ id }) => id)).toEqual([0, 2, 4].map((index) => world.guilds[index]?.id));
  const [guild] = ready.guilds;
  const deliveries = traffic.emit({ guildId: guild!.id, type: 'GUILD_UPDATE', data: { id: guild!.id } });
  expect(deliveries).toEqual([{ sessionId: even.sessionId, sequence: 5 }]);
  await even.waitForType('GUILD_UPDATE');
  expect(even.types()).toEqual(['READY', ...Array<string>(3).fill('GUILD_CREATE'), 'GUILD_UPDATE']);
  expect(odd.types()).not.toContain('GUILD_UPDATE');
  const other = traffic.emit({ guildId: world.guilds[3]!.id, type: 'GUILD_DELETE', data: {} });
  expect(other).toEqual([{ sessionId: odd.sessionId, sequence: 4 }]);
  await odd.waitForType('GUILD_DELETE');
  expect(odd.types()).toEqual(['READY', 'GUILD_CREATE', 'GUILD_CREATE', 'GUILD_DELETE']);
});

test('without an intent its events do not come, and without MESSAGE_CONTENT the content is empty', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, guilds: 1 });
  const messagesOnly = 1 << 9;
  await using deprived = await RawClient.ready(simulator.gatewayUrl, [0, 1], messagesOnly);
  await using full = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  simulator.traffic.burst(1, 'voice');
  simulator.traffic.burst(1, 'message');
  const contentOf = async (client: RawClient) =>
    ((await client.waitForType('MESSAGE_CREATE')).d as { content: string }).content;
  expect(await contentOf(deprived)).toBe('');
  expect(await contentOf(full)).not.toBe('');
  expect(deprived.types()).toEqual(['READY', 'MESSAGE_CREATE']);
  expect(full.types()).toEqual(['READY', 'GUILD_CREATE', 'VOICE_STATE_UPDATE', 'MESSAGE_CREATE']);
});

test('op 8 answers for guilds of the shard with the nonce; a whole list needs the GUILD_MEMBERS intent', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, guilds: 2 });
  const { world, gatewayUrl } = simulator;
  const [mine, other] = world.guilds.map(({ id }) => id);
  await using client = await RawClient.ready(gatewayUrl, [0, 2]);
  const chunk = async (nonce: string) =>
    (await client.waitFor(({ d }) => (d as { nonce?: string } | null)?.nonce === nonce)).d;
  const ids = [world.bot.id, '1'];
  client.send(RequestGuildMembers, { guild_id: other, user_ids: ids, limit: 1, nonce: 'other' });
  client.send(RequestGuildMembers, { guild_id: mine, user_ids: ids, limit: 1, nonce: 'mine' });
  expect(await chunk('mine')).toMatchObject({
    guild_id: mine,
    members: [{ user: { id: world.bot.id } }],
    not_found: ['1'],
    chunk_index: 0,
    chunk_count: 1,
  });
  expect(JSON.stringify(client.received)).not.toContain('"other"');
  client.send(RequestGuildMembers, { guild_id: mine, query: '', limit: 0 });
  expect((await client.closed).code).toBe(4014);

  await using privileged = await RawClient.ready(gatewayUrl, [0, 2], INTENTS | (1 << 1));
  privileged.send(RequestGuildMembers, { guild_id: mine, query: '', limit: 0 });
  await privileged.waitFor(({ d }) => (d as { chunk_index?: number } | null)?.chunk_index === 1);
  const chunks = privileged.received.filter(({ t }) => t === 'GUILD_MEMBERS_CHUNK');
  const members = chunks.flatMap(({ d }) => (d as { members: unknown[] }).members);
  expect(members).toHaveLength((world.guilds[0]?.users ?? 0) + 1);
});

test('op 4 moves the bot, and everybody with the guild hears of it', async () => {
  await using simulator = await startSimulator({ ...AT_ONCE, guilds: 1 });
  const [guild] = simulator.world.guilds;
  await using client = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  client.send(VoiceStateUpdate, { guild_id: guild?.id, channel_id: guild?.voiceChannels[0] });
  const state = await client.waitForType('VOICE_STATE_UPDATE');
  expect(state.d).toMatchObject({ user_id: simulator.world.bot.id, channel_id: guild?.voiceChannels[0] });
});
