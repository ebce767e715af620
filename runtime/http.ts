import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Registry } from 'prom-client';

import { CodedError, codeOf, EXIT_MISCONFIGURED, messageOf } from './errors.ts';
import { exposition } from './exposition.ts';
import type { Logger } from './log.ts';
import { portOwner } from './port-owner.ts';

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

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

type Route = (response: ServerResponse) => Promise<void> | void;

/**
 * Serves `/metrics`, `/health/live`, `/health/ready` and `/health` (both, for people).
 * @throws {CodedError} PORT_TAKEN when another process holds the port, PORT_FORBIDDEN (exit status 2)
 *   when this user may not open it.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { registry, log } = options;
  const routes = new Map<string, Route>([
    [
      '/metrics',
      async (response) => {
        const body = await exposition(registry);
        response.writeHead(200, { 'content-type': registry.contentType }).end(body);
      },
    ],
    ['/health/live', (response) => report(response, options.live)],
    ['/health/ready', (response) => report(response, options.ready)],
    ['/health', (response) => report(response, [...options.live, ...options.ready])],
  ]);
  const server = createServer((request, response) => {
    const route = routes.get((request.url ?? '').split('?', 1)[0] ?? '');
    if (!route) {
      response.writeHead(404, TEXT).end(`try ${[...routes.keys()].join(' ')}\n`);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...TEXT, allow: 'GET, HEAD' }).end('only GET and HEAD\n');
      return;
    }
    void (async () => route(response))().catch((error: unknown) => {
      log.error({ err: error, path: request.url }, 'http request failed');
      if (!response.headersSent) response.writeHead(500, TEXT);
      response.end(`${messageOf(error)}\n`);
    });
  });
  await listen(server, options.port);
  server.on('error', (error) => log.error({ err: error }, 'http server failed'));
  const { port } = server.address() as AddressInfo;
  log.info({ port }, 'http listening');
  return {
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onError = (error: Error) => reject(portError(error, port));
  server.once('error', onError).listen(port, resolve);
  await promise;
  server.off('error', onError);
}

function report(response: ServerResponse, checks: readonly HealthCheck[]): void {
  const results = checks.map((check) => ({ name: check.name, problem: problemOf(check) }));
  const ok = results.every(({ problem }) => problem === null);
  const body = JSON.stringify({ status: ok ? 'ok' : 'failing', checks: results });
  response
    .writeHead(ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(`${body}\n`);
}

/** A check that cannot tell is no sign of health. */
function problemOf(check: HealthCheck): string | null {
  try {
    return check.problem() ?? null;
  } catch (error) {
    return `the check failed: ${messageOf(error)}`;
  }
}

function portError(error: Error, port: number): Error {
  if (codeOf(error) === 'EACCES') {
    return new CodedError('PORT_FORBIDDEN', `This user may not listen on port ${port}`, {
      expected: 'a PORT from 1024 on (0 picks a free one)',
      got: String(port),
      exitCode: EXIT_MISCONFIGURED,
      cause: error,
    });
  }
  if (codeOf(error) !== 'EADDRINUSE') return error;
  const owner = portOwner(port) ?? 'another process';
  return new CodedError('PORT_TAKEN', `Port ${port} is taken by ${owner}`, {
    expected: 'a free PORT (0 picks one)',
    got: String(port),
    cause: error,
  });
}
