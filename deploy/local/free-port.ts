import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

import { CodedError, codeOf } from '../../runtime/errors.ts';

/**
 * Below the ports that the system gives to outgoing connections (Linux from 32768, macOS from
 * 49152): one of those may take the port while its server restarts.
 */
const FIRST_PORT = 15_000;
const LAST_PORT = 32_767;
const MAX_ATTEMPTS = 200;

/**
 * A port that nobody listened on a moment ago, on any address.
 * @throws {CodedError} NO_FREE_PORT
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isFree(port)) return port;
  }
  throw new CodedError(
    'NO_FREE_PORT',
    `${MAX_ATTEMPTS} ports tried between ${FIRST_PORT} and ${LAST_PORT}, all taken`,
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, resolve);
    });
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE' || codeOf(error) === 'EACCES') return false;
    throw error;
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return true;
}
