import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Ledger } from '../ledger/ledger.ts';
import { botRoutes } from './bot-routes.ts';
import { guildRoutes } from './guild-routes.ts';
import { interactionRoutes } from './interaction-routes.ts';
import { DEFAULT_RATE_LIMIT, RateLimits } from './rate-limits.ts';
import { readBody } from './read-body.ts';
import { ERRORS, fail, type Reply } from './reply.ts';
import type { RestContext } from './rest-context.ts';
import type { RestFault, RestFaults } from './rest-faults.ts';
import { bucketKey, routeName, RouteTable, type RouteMatch } from './route-table.ts';

const PREFIX = /^\/api(?:\/v10)?(?=\/)/;
const TOKENS_IN_PATH = /^(\/(?:interactions|webhooks)\/[^/]+\/)[^/]+/;
/** How much of a body the ledger keeps, in characters. */
const KEPT_BODY = 300;
const DEFAULT_RETRY_AFTER_SECONDS = 1;

export interface RestApiParts {
  readonly context: RestContext;
  readonly faults: RestFaults;
  readonly ledger: Ledger;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Discord's REST API under /api and /api/v10. */
export class RestApi {
  readonly #parts: RestApiParts;
  readonly #routes: RouteTable;
  readonly #limits: RateLimits;

  constructor(parts: RestApiParts) {
    const { context } = parts;
    this.#parts = parts;
    this.#limits = new RateLimits(context.options.restGlobalPerSecond);
    this.#routes = new RouteTable([
      ...botRoutes(context),
      ...guildRoutes(context),
      ...interactionRoutes(context),
    ]);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const body = await readBody(request);
    const { delayMs } = this.#parts.faults;
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
    const { pathname, searchParams } = new URL(url, 'http://simulator');
    const path = pathname.replace(PREFIX, '');
    const match = this.#routes.find(method, path);
    const reply = match
      ? this.#answer(match, request.headers.authorization, searchParams, body)
      : fail(this.#routes.knowsPath(path) ? ERRORS.methodNotAllowed : ERRORS.notFound);
    this.#parts.ledger.requested({
      method,
      route: match ? routeName(match.route.path) : 'unknown',
      path: path.replace(TOKENS_IN_PATH, '$1:token'),
      status: reply.status,
      at: this.#parts.nowMs(),
      body: body.slice(0, KEPT_BODY),
    });
    send(response, reply);
  }

  #answer(match: RouteMatch, authorization: string | undefined, query: URLSearchParams, text: string): Reply {
    const { context, faults, nowMs } = this.#parts;
    const { route, params } = match;
    const fault = faults.take(route.method, routeName(route.path));
    if (fault) return faultReply(fault);
    const byToken = params['token'] !== undefined;
    const open = byToken || route.path === '/gateway';
    if (!open && !context.account.accepts(authorization?.replace(/^Bot /, ''))) {
      return fail(ERRORS.unauthorized);
    }
    const now = nowMs();
    const verdict = this.#limits.take(bucketKey(match), route.limit ?? DEFAULT_RATE_LIMIT, byToken, now);
    if (!verdict.allowed) {
      const { retryAfterSeconds, scope, headers } = verdict;
      return tooManyRequests(retryAfterSeconds, scope, headers);
    }
    const body = parseBody(text);
    if (body === undefined) return fail(ERRORS.invalidJson);
    const reply = route.answer({ params, query, body, nowMs: now });
    return { ...reply, headers: verdict.headers };
  }
}

function faultReply({ status, retryAfter, scope, global }: RestFault): Reply {
  if (status !== 429) return { ...fail(ERRORS.serverError), status };
  return tooManyRequests(
    retryAfter ?? DEFAULT_RETRY_AFTER_SECONDS,
    global ? 'global' : (scope ?? 'user'),
    {},
  );
}

function tooManyRequests(retryAfterSeconds: number, scope: string, headers: Record<string, string>): Reply {
  const global = scope === 'global';
  return {
    status: 429,
    body: { message: 'You are being rate limited.', retry_after: retryAfterSeconds, global },
    headers: {
      ...headers,
      'retry-after': String(Math.ceil(retryAfterSeconds)),
      'x-ratelimit-scope': scope,
      ...(global ? { 'x-ratelimit-global': 'true' } : {}),
    },
  };
}

function parseBody(text: string): Record<string, unknown> | unknown[] | undefined {
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    // 400 with code 50109 says it.
    return undefined;
  }
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}
