import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Registry } from 'prom-client';

import { CodedError, codeOf, messageOf } from './errors.ts';
import type { Logger } from './log.ts';

export interface HealthCheck {
  readonly name: string;
  /** Undefined when all is well, else what is wrong, in words. Must be cheap and must not throw. */
  readonly problem: () => string | undefined;
}

export interface HttpOptions {
  /** 0 takes a free one; the address that was taken is logged as `http listening`. */
  readonly port: number;
  readonly registry: Registry;
  /** The process's own loops move. A failure asks the orchestrator for a restart. */
  readonly live: readonly HealthCheck[];
  /** The process can do its job. A failure takes it out of rotation, without a restart. */
  readonly ready: readonly HealthCheck[];
  readonly log: Logger;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/metrics`, `/health/live`, `/health/ready` and `/health` (both, for people).
 * @throws {CodedError} PORT_TAKEN when another process holds the port.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { registry, log } = options;
  const routes: Record<string, (response: ServerResponse) => Promise<void> | void> = {
    '/metrics': async (response) => {
      const body = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(body);
    },
    '/health/live': (response) => report(response, options.live),
    '/health/ready': (response) => report(response, options.ready),
    '/health': (response) => report(response, [...options.live, ...options.ready]),
  };
  const server = createServer((request, response) => {
    const route = routes[(request.url ?? '').split('?', 1)[0] ?? ''];
    if (!route) {
      response.writeHead(404).end(`try ${Object.keys(routes).join(' ')}\n`);
      return;
    }
    void (async () => route(response))().catch((error: unknown) => {
      log.error({ err: error, url: request.url }, 'http request failed');
      if (!response.headersSent) response.writeHead(500);
      response.end(`${messageOf(error)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, options.port)));
    server.listen(options.port, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  log.info({ port }, 'http listening');
  return {
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function report(response: ServerResponse, checks: readonly HealthCheck[]): void {
  const results = checks.map(({ name, problem }) => ({ name, problem: problem() ?? null }));
  const ok = results.every(({ problem }) => problem === null);
  const body = JSON.stringify({ status: ok ? 'ok' : 'failing', checks: results });
  response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' }).end(`${body}\n`);
}

function portError(error: Error, port: number): Error {
  if (codeOf(error) !== 'EADDRINUSE') return error;
  return new CodedError('PORT_TAKEN', `Port ${port} is taken by another process`, {
    expected: 'a free PORT (0 picks one)',
    got: String(port),
    cause: error,
  });
}
