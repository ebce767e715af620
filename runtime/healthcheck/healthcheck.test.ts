import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { DEFAULT_PORTS } from '../default-ports.ts';
import { portsToAsk } from './config.ts';
import { isLive } from './is-live.ts';

const CLOSED_PORT = 1;
const TIMEOUT_MS = 300;

/** @param status undefined: never answers */
async function listening(status: number | undefined): Promise<number> {
  const server = createServer((request, response) => {
    if (status !== undefined)
      response.writeHead(request.url === '/health/live' ? status : 404).end('{"status":"x"}\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('one port that answers well is enough, and its answer is told', async () => {
  expect(await isLive([CLOSED_PORT, await listening(200)], TIMEOUT_MS)).toBe('{"status":"x"}');
});

test('a failing process, one that does not answer and none at all are told apart', async () => {
  const failing = await listening(503);
  const hanging = await listening(undefined);
  const asked = isLive([failing, hanging, CLOSED_PORT], TIMEOUT_MS);
  await expect(asked).rejects.toThrow(`port ${failing}: 503 {"status":"x"}`);
  await expect(asked).rejects.toThrow(`port ${hanging}: no answer in ${TIMEOUT_MS} ms`);
  await expect(asked).rejects.toThrow(`port ${CLOSED_PORT}: connect ECONNREFUSED`);
});

test('without PORT every default of a component is asked', () => {
  expect(portsToAsk({})).toEqual(Object.values(DEFAULT_PORTS));
  expect(portsToAsk({ PORT: '9002' })).toEqual([9002]);
  expect(() => portsToAsk({ PORT: 'x' })).toThrow('PORT: expected an integer');
});
