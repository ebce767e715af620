import { GatewayOpcodes } from 'discord-api-types/v10';
import { expect, test } from 'vitest';

import { LocalProcess } from '../../deploy/local/process.ts';
import { RawClient } from './testing/raw-client.ts';

interface Addresses {
  readonly gatewayUrl: string;
  readonly controlUrl: string;
}

function startProcess(env: Readonly<Record<string, string>> = {}): LocalProcess {
  return new LocalProcess({
    name: 'simulator',
    command: process.execPath,
    args: ['bot/simulator/main.ts'],
    env: { PATH: process.env['PATH'], PORT: '0', SIMULATOR_MAX_CONCURRENCY: '2', ...env },
  });
}

async function addressesOf(simulator: LocalProcess): Promise<Addresses> {
  return simulator.waitForLine((line) =>
    line.includes('"simulator listening"') ? (JSON.parse(line) as Addresses) : undefined,
  );
}

async function control(
  { controlUrl }: Addresses,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${controlUrl}${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('the process says where it listens, is driven over HTTP, and ends cleanly on SIGTERM', async () => {
  await using simulator = startProcess({ SIMULATOR_LEDGER: 'full' });
  const addresses = await addressesOf(simulator);
  await using client = await RawClient.ready(addresses.gatewayUrl, [0, 1]);
  expect((await control(addresses, 'POST', '/traffic', { eventsPerSecond: 200 })).status).toBe(200);
  await client.waitForType('MESSAGE_CREATE');
  await control(addresses, 'POST', '/traffic', { eventsPerSecond: 0 });
  const emitted = await control(addresses, 'POST', '/emit', { shardId: 0, type: 'EXACT', data: { a: 1 } });
  const { s } = await client.waitForType('EXACT');
  expect(emitted.body).toEqual({ deliveries: [{ sessionId: client.sessionId, sequence: s }] });
  expect((await control(addresses, 'POST', '/burst', { count: 3, kind: 'voice' })).status).toBe(200);
  await client.waitFor(({ s: sequence }) => sequence === (s ?? 0) + 3);

  const dump = await (await fetch(`${addresses.controlUrl}/ledger/dispatches`)).text();
  const ids = dump
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  const received = client.received.filter((payload) => payload.s !== null);
  expect(ids).toEqual(received.map((payload) => `${client.sessionId}:${payload.s}`));
  expect((await control(addresses, 'GET', '/ledger')).body['dispatches']).toBe(ids.length);

  const op7 = await control(addresses, 'POST', '/faults', { fault: 'reconnect', shards: 'all' });
  expect(op7).toEqual({ status: 200, body: { struck: 1 } });
  await client.waitFor(({ op }) => op === GatewayOpcodes.Reconnect);
  await control(addresses, 'POST', '/faults', { fault: 'slowAck', shards: [0], delayMs: 50, count: 2 });
  expect((await control(addresses, 'GET', '/status')).body).toMatchObject({
    shards: [{ shardId: 0, state: 'connected' }],
    sessionStarts: { total: 1_000, remaining: 999 },
    faults: { lasting: [{ kind: 'slowAck', target: [0], delayMs: 50, remaining: 2 }] },
  });
  expect((await control(addresses, 'DELETE', '/faults')).body).toMatchObject({ lasting: [] });
  expect((await simulator.stop('SIGTERM')).code).toBe(0);
});

test('what the control API does not understand is 400 and names every fault', async () => {
  await using simulator = startProcess();
  const addresses = await addressesOf(simulator);
  const cases: [string, unknown, string[]][] = [
    ['/faults', { fault: 'nonsense' }, ['slowAck', 'nonsense']],
    ['/faults', { fault: 'slowAck', shards: -1 }, ['shards', 'delayMs']],
    ['/faults', { fault: 'close', shards: 'all', code: 4200 }, ['4200']],
    ['/faults', { fault: 'deaf', shards: 0, minutes: 5 }, ['minutes is unknown']],
    ['/faults', { fault: 'rest', status: 404 }, ['429']],
    ['/faults', [], ['JSON object']],
    ['/traffic', { eventsPerSecond: -1, mix: { shouting: 1 } }, ['eventsPerSecond', 'mix']],
    ['/traffic', { eventsPerSecond: 5, mix: { message: 0 } }, ['weight above 0']],
    ['/traffic', { eventsPerSecond: 5, quietShards: [0, 1, 2, 3] }, ['No guild is left']],
    ['/emit', { type: 'A', data: null }, ['shardId', 'guildId']],
  ];
  for (const [path, body, parts] of cases) {
    const answer = await control(addresses, 'POST', path, body);
    expect([path, answer.status]).toEqual([path, 400]);
    for (const part of parts) expect(answer.body['error']).toContain(part);
  }
  const noJson = await fetch(`${addresses.controlUrl}/emit`, { method: 'POST', body: '{' });
  expect([noJson.status, await noJson.text()]).toEqual([400, expect.stringContaining('must be JSON')]);
  const unknown = await control(addresses, 'GET', '/nothing');
  expect(unknown.body).toMatchObject({ error: 'No GET /control/nothing' });
});

test('wrong variables end it with status 2 and all of them in one message', async () => {
  await using simulator = startProcess({ PORT: '70000', SIMULATOR_SHARDS: 'many', SIMULATOR_LEDGER: 'none' });
  expect((await simulator.exited).code).toBe(2);
  for (const name of ['PORT', 'SIMULATOR_SHARDS', 'SIMULATOR_LEDGER'])
    expect(simulator.output).toContain(name);
});

test('a taken port ends it with a message that names the port', async () => {
  await using first = startProcess();
  const { port } = new URL((await addressesOf(first)).controlUrl);
  await using second = startProcess({ PORT: port });
  expect((await second.exited).code).toBe(1);
  expect(second.output).toContain(`Port ${port} is taken`);
});
