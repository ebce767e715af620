import { createServer, type AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { freePort } from './free-port.ts';

test('a free port can be listened on and lies below those of outgoing connections', async () => {
  const port = await freePort();
  expect(port).toBeLessThan(32_768);
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve));
  expect((server.address() as AddressInfo).port).toBe(port);
  await new Promise((resolve) => server.close(resolve));
});
