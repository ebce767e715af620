import type { RateLimit } from './rate-limits.ts';
import type { Reply } from './reply.ts';

export interface RouteRequest {
  /** What stands in the path for each `:name`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>> | readonly unknown[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/channels/:channelId/messages`; a `:token` in it stands for the bot's. */
  readonly path: string;
  /** Missing: the default limit of a route. */
  readonly limit?: RateLimit;
  readonly answer: (request: RouteRequest) => Reply;
}

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface Compiled {
  readonly route: Route;
  readonly segments: readonly string[];
}

/** Finds the route of a request. */
export class RouteTable {
  readonly #bySize = new Map<string, Compiled[]>();
  readonly #paths: Compiled[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.path.split('/');
      const key = `${route.method} ${segments.length}`;
      const compiled = { route, segments };
      this.#bySize.set(key, [...(this.#bySize.get(key) ?? []), compiled]);
      this.#paths.push(compiled);
    }
  }

  find(method: string, path: string): RouteMatch | undefined {
    const segments = path.split('/');
    for (const { route, segments: pattern } of this.#bySize.get(`${method} ${segments.length}`) ?? []) {
      const params = matchSegments(pattern, segments);
      if (params) return { route, params };
    }
    return undefined;
  }

  /** Whether some other method would do. */
  knowsPath(path: string): boolean {
    const segments = path.split('/');
    return this.#paths.some(
      ({ segments: pattern }) => pattern.length === segments.length && matchSegments(pattern, segments),
    );
  }
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (expected.startsWith(':') && segment !== '') params[expected.slice(1)] = segment;
    else if (expected !== segment) return undefined;
  }
  return params;
}

/** `/channels/:channelId/messages` -> `/channels/:id/messages`: what the ledger and the faults name it by. */
export function routeName(path: string): string {
  return path.replaceAll(/:\w+/g, (name) => (name === ':token' ? name : ':id'));
}

const MAJOR_PARAMETERS = ['channelId', 'guildId', 'interactionId', 'applicationId', 'token'];

/** Requests with the same key share a rate limit: the route and its major parameters. */
export function bucketKey({ route, params }: RouteMatch): string {
  const majors = MAJOR_PARAMETERS.map((name) => params[name]).filter((value) => value !== undefined);
  return `${route.method} ${route.path} ${majors.join()}`;
}
