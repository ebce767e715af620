import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { REST } from '@discordjs/rest';
import { expect, test } from 'vitest';

import { createLogger } from '../../../runtime/log.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { RawClient } from '../../simulator/testing/raw-client.ts';
import { GatewayInfo } from './gateway-info.ts';
import { InfoRefresh } from './info-refresh.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const INTERVAL_MS = 200;
const ROUTE = '/gateway/bot';
const TOKEN = 'not-a-real-token';
const POLL = { timeout: 5_000, interval: 20 };

/** As in the gateway, but with intervals that a test can wait for. */
function refreshOf(apiUrl: string, token: string) {
  const info = new GatewayInfo(new REST({ api: apiUrl, retries: 0 }), token, 0);
  const refresh = new InfoRefresh({ info, pace: { intervalMs: INTERVAL_MS, spreadMs: 0 }, log });
  const stopping = new AbortController();
  const stop = async () => {
    stopping.abort();
    await running;
  };
  const running = refresh.run(stopping.signal);
  return { info, stop, refresh, known: () => refresh.known(performance.now()) };
}

test('what others use up is seen, one request an interval, and nothing old is told while Discord fails', async () => {
  await using simulator = await startSimulator({ shards: 2, guilds: 2 });
  const { ledger, faults, options } = simulator;
  const { info, known, refresh, stop } = refreshOf(simulator.apiUrl, options.token);
  const requests = () => ledger.rest().filter(({ route }) => route === ROUTE);
  expect(known()).toEqual({ recommendedShards: undefined, sessionStartsRemaining: undefined });
  await expect.poll(known, POLL).toEqual({ recommendedShards: 2, sessionStartsRemaining: 1_000 });

  // Another process of the bot identifies.
  await using _client = await RawClient.ready(simulator.gatewayUrl, [0, 2]);
  await expect.poll(() => known().sessionStartsRemaining, POLL).toBe(999);
  expect(ledger.identifies()).toHaveLength(1);

  faults.rest({ status: 503, route: ROUTE });
  await expect.poll(known, POLL).toEqual({ recommendedShards: undefined, sessionStartsRemaining: undefined });
  expect(refresh.failures).toBeGreaterThanOrEqual(2);
  await faults.clear();
  await expect.poll(known, POLL).toEqual({ recommendedShards: 2, sessionStartsRemaining: 999 });

  const times = requests().map(({ at }) => at);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? NaN));
  expect(Math.min(...gaps)).toBeGreaterThan(INTERVAL_MS * 0.7);

  await stop();
  const before = requests().length;
  await Promise.all(Array.from({ length: 50 }, async () => info.fetch()));
  expect(requests().length - before).toBe(1);
});

test('nothing is asked any more once the process stops', async () => {
  await using simulator = await startSimulator({ shards: 1, guilds: 0 });
  const { known, stop } = refreshOf(simulator.apiUrl, simulator.options.token);
  await expect.poll(() => known().recommendedShards, POLL).toBe(1);
  await stop();
  const { rest } = simulator.ledger.counts();
  await new Promise((resolve) => setTimeout(resolve, 3 * INTERVAL_MS));
  expect(simulator.ledger.counts().rest).toBe(rest);
});

test('a refused token is told as such, and does not keep the next request from having it', async () => {
  let status = 401;
  const tokens: (string | undefined)[] = [];
  const limit = { total: 1_000, remaining: 990, reset_after: 0, max_concurrency: 1 };
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    const body =
      status === 200 ? { url: 'ws://none', shards: 3, session_start_limit: limit } : { message: '401' };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const info = new GatewayInfo(new REST({ api: `http://127.0.0.1:${port}`, retries: 0 }), TOKEN, 0);
    await expect(info.fetch()).rejects.toMatchObject({ code: 'DISCORD_TOKEN_REFUSED', exitCode: 2 });
    status = 200;
    expect((await info.fetch()).shards).toBe(3);
    expect(tokens).toEqual([`Bot ${TOKEN}`, `Bot ${TOKEN}`]);
    expect([info.failures, info.remaining]).toEqual([1, 990]);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

test('one that gives up waiting does not take the answer from the others', async () => {
  await using simulator = await startSimulator({ shards: 5, guilds: 0 });
  const info = new GatewayInfo(new REST({ api: simulator.apiUrl, retries: 0 }), simulator.options.token);
  const abort = new AbortController();
  const impatient = info.fetch(abort.signal);
  const patient = info.fetch();
  abort.abort();
  await expect(impatient).rejects.toThrow();
  expect((await patient).shards).toBe(5);
  expect(simulator.ledger.counts().rest).toBe(1);
});
