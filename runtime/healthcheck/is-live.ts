import http from 'node:http';

import { messageOf } from '../errors.ts';

/**
 * Asks this container's process whether it lives. Not whether it is ready: Docker kills what is unhealthy, and
 * a gateway that waits for NATS or Discord is not helped by that.
 * @param ports asked together; one of them must answer well
 * @returns what it said
 * @throws {Error} with every answer, when none of them was good
 */
export async function isLive(ports: readonly number[], timeoutMs: number): Promise<string> {
  try {
    return await Promise.any(ports.map(async (port) => ask(port, timeoutMs)));
  } catch (error) {
    const reasons = error instanceof AggregateError ? error.errors : [error];
    throw new Error(reasons.map(messageOf).join('; '), { cause: error });
  }
}

/** `fetch` would take three times as long to load, every ten seconds in every container. */
async function ask(port: number, timeoutMs: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (reason: string) => reject(new Error(`port ${port}: ${reason}`));
  const signal = AbortSignal.timeout(timeoutMs);
  http
    .get({ host: '127.0.0.1', port, path: '/health/live', agent: false, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('error', (error) => fail(messageOf(error)));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body.trim());
        else fail(`${response.statusCode} ${body.trim()}`);
      });
    })
    .on('error', (error) => fail(signal.aborted ? `no answer in ${timeoutMs} ms` : messageOf(error)));
  return promise;
}
