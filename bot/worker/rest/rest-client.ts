import { REST, RESTEvents, type RequestMethod } from '@discordjs/rest';
import type { Counter } from 'prom-client';

import type { CodedError } from '../../../runtime/errors.ts';
import type { TraceSpan } from '../../../runtime/telemetry/telemetry.ts';
import { untilAborted } from '../../../runtime/until-aborted.ts';
import { RestError, toRestError, UNAUTHORIZED } from './rest-error.ts';
import { routeOf } from './rest-route.ts';
import { tokenRejected } from './token-rejected.ts';

export interface RestCall {
  readonly body?: unknown;
  /** False for routes whose path carries a token of its own. */
  readonly auth?: boolean;
  /** Ends the call earlier than the handler's own signal would. */
  readonly signal?: AbortSignal;
}

/** Discord's REST API within the time of one event. All calls throw `RestError`, or the signal's reason. */
export interface RestClient {
  get(path: string, call?: RestCall): Promise<unknown>;
  post(path: string, call?: RestCall): Promise<unknown>;
  put(path: string, call?: RestCall): Promise<unknown>;
  patch(path: string, call?: RestCall): Promise<unknown>;
  delete(path: string, call?: RestCall): Promise<unknown>;
}

export interface RestScope {
  readonly signal: AbortSignal;
  readonly span: TraceSpan | undefined;
}

export interface RestParts {
  /** Up to and without the version: https://discord.com/api */
  readonly apiUrl: string;
  readonly token: string;
  readonly requests: Counter<'method' | 'route' | 'status'>;
  /** Discord refused the token: nothing can succeed any more. */
  readonly onTokenRejected: (error: CodedError) => void;
}

/** One attempt more, at once; later attempts are the consumer's, with backoff. */
const RETRIES = 1;
const TIMEOUT_MS = 10_000;

/**
 * `@discordjs/rest` with what it lacks: metrics, traces, and an abort that is obeyed while a call waits
 * for a rate limit. Interaction callbacks neither wait for nor count against the global limit there
 * (its BurstHandler), so that another consumer's backlog does not hold them up.
 */
export class DiscordRest {
  readonly #parts: RestParts;
  readonly #rest: REST;

  constructor(parts: RestParts) {
    this.#parts = parts;
    this.#rest = new REST({ api: parts.apiUrl, retries: RETRIES, timeout: TIMEOUT_MS });
    this.#rest.setToken(parts.token);
    this.#rest.on(RESTEvents.Response, ({ method, path }, response) => {
      this.#count(method, routeOf(path), String(response.status));
    });
  }

  within(scope: RestScope): RestClient {
    const call = async (method: string, path: string, options: RestCall = {}) =>
      this.#call(method, path, options, scope);
    return {
      get: async (path, options) => call('GET', path, options),
      post: async (path, options) => call('POST', path, options),
      put: async (path, options) => call('PUT', path, options),
      patch: async (path, options) => call('PATCH', path, options),
      delete: async (path, options) => call('DELETE', path, options),
    };
  }

  close(): void {
    this.#rest.clearHashSweeper();
    this.#rest.clearHandlerSweeper();
  }

  async #call(method: string, path: string, call: RestCall, scope: RestScope): Promise<unknown> {
    const signal = call.signal ? AbortSignal.any([scope.signal, call.signal]) : scope.signal;
    signal.throwIfAborted();
    const route = routeOf(path);
    const span = scope.span?.child(`${method} ${route}`, {
      'http.request.method': method,
      'http.route': route,
    });
    try {
      // The library hears the signal only while a request is on its way, not while it waits for a limit.
      const answer = await untilAborted(this.#send(method, path, call, signal), signal);
      span?.end();
      return answer;
    } catch (error) {
      if (signal.aborted) this.#count(method, route, 'aborted');
      const failure: unknown = signal.aborted ? signal.reason : toRestError(error, method, route);
      span?.end(failure);
      if (failure instanceof RestError) this.#onFailure(failure, method, route);
      throw failure;
    }
  }

  async #send(method: string, path: string, { body, auth }: RestCall, signal: AbortSignal): Promise<unknown> {
    return this.#rest.request({
      method: method as RequestMethod,
      fullRoute: path as `/${string}`,
      body,
      auth: auth ?? true,
      signal,
    });
  }

  #onFailure(error: RestError, method: string, route: string): void {
    if (error.status === undefined) this.#count(method, route, 'failed');
    if (error.status !== UNAUTHORIZED) return;
    // The library forgets its token at a 401 and would fail all later calls for another reason.
    this.#rest.setToken(this.#parts.token);
    this.#parts.onTokenRejected(tokenRejected(error));
  }

  #count(method: string, route: string, status: string): void {
    this.#parts.requests.inc({ method, route, status });
  }
}
