export const RATE_LIMIT_SCOPES = ['user', 'global', 'shared'] as const;
export type RateLimitScope = (typeof RATE_LIMIT_SCOPES)[number];

export interface RestFault {
  /** 429, or any status of 500 and above. */
  readonly status: number;
  /** How many requests it strikes; missing: until it is cleared. */
  readonly count?: number;
  /** `/channels/:id/messages`, or with the method before it; missing: every route. */
  readonly route?: string;
  /** Seconds, of a 429. */
  readonly retryAfter?: number;
  readonly global?: boolean;
  readonly scope?: RateLimitScope;
}

/** Requests that are to fail, or to be answered late. */
export class RestFaults {
  #faults: { readonly fault: RestFault; remaining: number }[] = [];
  #delayMs = 0;

  /** How much later each request is answered. */
  get delayMs(): number {
    return this.#delayMs;
  }

  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  add(fault: RestFault): void {
    this.#faults.push({ fault, remaining: fault.count ?? Infinity });
  }

  clear(): void {
    this.#faults = [];
    this.#delayMs = 0;
  }

  list(): RestFault[] {
    return this.#faults.map(({ fault, remaining }) =>
      Number.isFinite(remaining) ? { ...fault, count: remaining } : fault,
    );
  }

  take(method: string, route: string): RestFault | undefined {
    const found = this.#faults.find(
      ({ fault }) =>
        fault.route === undefined || fault.route === route || fault.route === `${method} ${route}`,
    );
    if (!found) return undefined;
    found.remaining -= 1;
    if (found.remaining <= 0) this.#faults = this.#faults.filter((other) => other !== found);
    return found.fault;
  }
}
