import { DiscordAPIError, REST } from '@discordjs/rest';
import { Routes } from 'discord-api-types/v10';
import { expect, test } from 'vitest';

import { startSimulator, type Simulator } from './simulator.ts';
import { INTENTS, RawClient } from './testing/raw-client.ts';

const OPTIONS = { identifyIntervalMs: 0, guilds: 3 };

function api(simulator: Simulator, token: string = simulator.options.token): REST {
  return new REST({ api: simulator.apiUrl, retries: 0 }).setToken(token);
}

async function call(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
  token: string = simulator.options.token,
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(`${simulator.apiUrl}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, body: parsed };
}

/** One interaction as a shard gets it. */
async function interaction(simulator: Simulator): Promise<{ client: RawClient; id: string; token: string }> {
  const client = await RawClient.ready(simulator.gatewayUrl, [0, 1]);
  simulator.traffic.burst(1, 'interaction');
  const { id, token } = (await client.waitForType('INTERACTION_CREATE')).d as { id: string; token: string };
  return { client, id, token };
}

test('routes answer with and without the version; a wrong token is 401, an unknown route 404, a wrong method 405', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const { apiUrl } = simulator;
  expect(await (await fetch(`${apiUrl}/gateway`)).json()).toEqual({ url: simulator.gatewayUrl });
  expect((await call(simulator, 'GET', '/gateway/bot', undefined, 'another')).body).toEqual({
    message: '401: Unauthorized',
    code: 0,
  });
  expect((await call(simulator, 'GET', '/nothing')).status).toBe(404);
  expect((await call(simulator, 'PATCH', '/gateway/bot')).status).toBe(405);
  const rest = api(simulator);
  expect(await rest.get(Routes.gatewayBot())).toMatchObject({
    url: simulator.gatewayUrl,
    shards: 4,
    session_start_limit: { total: 1_000, remaining: 1_000, reset_after: 0, max_concurrency: 1 },
  });
  expect(await rest.get(Routes.user())).toMatchObject({ id: simulator.world.bot.id, bot: true });
  await expect(api(simulator, 'another').get(Routes.user())).rejects.toThrow(DiscordAPIError);
});

test('a created and a deleted message, and a timed-out member, are dispatched to who sees the guild', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const { world } = simulator;
  const [guild] = world.guilds;
  const channelId = guild!.textChannels[0]!;
  await using client = await RawClient.ready(simulator.gatewayUrl, [0, 1], INTENTS | (1 << 1));
  const created = await call(simulator, 'POST', `/channels/${channelId}/messages`, { content: 'hello' });
  expect(created).toMatchObject({ status: 200, body: { content: 'hello', channel_id: channelId } });
  expect((await client.waitForType('MESSAGE_CREATE')).d).toEqual(created.body);

  const path = `/channels/${channelId}/messages/${String(created.body['id'])}`;
  expect((await call(simulator, 'DELETE', path)).status).toBe(204);
  expect((await client.waitForType('MESSAGE_DELETE')).d).toMatchObject({ id: created.body['id'] });
  expect((await call(simulator, 'DELETE', path)).body).toMatchObject({ code: 10_008 });

  const member = world.member(guild!, 2);
  const until = new Date(Date.now() + 60_000).toISOString();
  const memberPath = `/guilds/${guild!.id}/members/${member.id}`;
  const body = { communication_disabled_until: until };
  expect(await call(simulator, 'PATCH', memberPath, body)).toMatchObject({ status: 200, body });
  expect((await client.waitForType('GUILD_MEMBER_UPDATE')).d).toMatchObject(body);
});

test('what cannot be is answered with the code of Discord', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [guild] = simulator.world.guilds;
  const channel = `/channels/${guild!.textChannels[0]!}/messages`;
  const cases: [string, string, unknown, number, number][] = [
    ['POST', channel, {}, 400, 50_006],
    ['POST', channel, { content: 'x'.repeat(2_001) }, 400, 50_035],
    ['POST', '/channels/1/messages', { content: 'x' }, 404, 10_003],
    ['DELETE', '/channels/1/messages/2', undefined, 404, 10_003],
    ['GET', '/guilds/1', undefined, 404, 10_004],
    ['PATCH', `/guilds/${guild!.id}/members/1`, {}, 404, 10_007],
    ['POST', '/interactions/1/token/callback', { type: 4 }, 404, 10_062],
    ['PATCH', '/webhooks/1/token/messages/@original', { content: 'x' }, 404, 10_015],
  ];
  for (const [method, path, body, status, code] of cases) {
    const answer = await call(simulator, method, path, body);
    expect([path, answer.status, answer.body['code']]).toEqual([path, status, code]);
  }
});

test('an interaction is answered once, within its deadline; the ledger keeps what became of it', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const { client, id, token } = await interaction(simulator);
  await using _ = client;
  const path = `/interactions/${id}/${token}/callback`;
  const answer = { type: 4, data: { content: 'pong' } };
  expect((await call(simulator, 'POST', path, answer)).status).toBe(204);
  expect((await call(simulator, 'POST', path, answer)).body).toMatchObject({ code: 40_060 });
  const original = `/webhooks/${simulator.world.bot.id}/${token}/messages/@original`;
  expect((await call(simulator, 'PATCH', original, { content: 'later' })).status).toBe(200);
  const [entry] = simulator.ledger.interactions();
  expect(entry).toMatchObject({ id, outcome: 'duplicate' });
  expect((entry?.answeredAt ?? 0) - (entry?.createdAt ?? 0)).toBeLessThan(3_000);
  expect(JSON.stringify(simulator.ledger.rest())).not.toContain(token);
});

test('an answer after the deadline is 404 with 10062', async () => {
  await using simulator = await startSimulator({ ...OPTIONS, interactionDeadlineMs: 50 });
  const { client, id, token } = await interaction(simulator);
  await using _ = client;
  await new Promise((resolve) => setTimeout(resolve, 60));
  const answer = await call(simulator, 'POST', `/interactions/${id}/${token}/callback`, { type: 4 });
  expect(answer).toMatchObject({ status: 404, body: { code: 10_062 } });
  expect(simulator.ledger.interactions()).toMatchObject([{ id, outcome: 'late' }]);
  expect(simulator.ledger.counts()).toMatchObject({ interactionsLate: 1, interactionsAnswered: 0 });
});

test('a route has its own limit per channel: headers count down, then 429 says how long to wait', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const [first, second] = simulator.world.guilds.map(({ textChannels }) => textChannels[0]!);
  const post = async (channel: string) =>
    call(simulator, 'POST', `/channels/${channel}/messages`, { content: 'hello' });
  for (const remaining of ['4', '3', '2', '1', '0']) {
    const { headers } = await post(first!);
    expect(headers.get('x-ratelimit-limit')).toBe('5');
    expect(headers.get('x-ratelimit-remaining')).toBe(remaining);
    expect(Number(headers.get('x-ratelimit-reset-after'))).toBeGreaterThan(4);
    expect(headers.get('x-ratelimit-bucket')).toMatch(/^[0-9a-f]{32}$/);
  }
  const limited = await post(first!);
  expect(limited.status).toBe(429);
  expect(limited.headers.get('retry-after')).toBe('5');
  expect(limited.headers.get('x-ratelimit-scope')).toBe('user');
  expect(limited.body).toMatchObject({ message: 'You are being rate limited.', global: false });
  expect((await post(second!)).status).toBe(200);
});

test('over all routes there is a limit for a second, of which interaction callbacks are free', async () => {
  await using simulator = await startSimulator({ ...OPTIONS, restGlobalPerSecond: 2 });
  const guildPath = (index: number) => `/guilds/${simulator.world.guilds[index]!.id}`;
  const answers = await Promise.all([0, 1, 2].map(async (index) => call(simulator, 'GET', guildPath(index))));
  const limited = answers.find(({ status }) => status === 429);
  expect(limited?.headers.get('x-ratelimit-global')).toBe('true');
  expect(limited?.headers.get('x-ratelimit-scope')).toBe('global');
  expect(limited?.body).toMatchObject({ global: true });
  const { status } = await call(simulator, 'POST', '/interactions/1/token/callback', { type: 4 });
  expect(status).toBe(404);
});

test('injected faults strike the route that they name as often as they say', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const { faults } = simulator;
  faults.rest({ status: 429, count: 1, route: 'GET /guilds/:id', retryAfter: 0.2, scope: 'shared' });
  faults.rest({ status: 503, count: 2 });
  const path = `/guilds/${simulator.world.guilds[0]!.id}`;
  const statuses = [];
  for (let index = 0; index < 4; index += 1) statuses.push((await call(simulator, 'GET', path)).status);
  expect(statuses).toEqual([429, 503, 503, 200]);
  expect(() => faults.rest({ status: 404 })).toThrow('429');
  const limited = simulator.ledger.rest().filter(({ status }) => status === 429);
  expect(limited).toMatchObject([{ method: 'GET', route: '/guilds/:id', path }]);
});

test('slowRest answers every request later, until it is cleared', async () => {
  await using simulator = await startSimulator(OPTIONS);
  const tookMs = async () => {
    const startedAt = performance.now();
    expect((await call(simulator, 'GET', '/users/@me')).status).toBe(200);
    return performance.now() - startedAt;
  };
  simulator.faults.slowRest(500);
  expect(await tookMs()).toBeGreaterThan(495);
  await simulator.faults.clear();
  expect(await tookMs()).toBeLessThan(495);
});
