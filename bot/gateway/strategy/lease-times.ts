export const DEFAULT_STALE_MS = 30_000;

/** All in milliseconds. */
export interface LeaseTimes {
  /** A process that was not heard of for so long is taken for dead, and its shards are taken over. */
  readonly staleMs: number;
  /** So much earlier its own lease has ended: for clocks that run differently, and for what is on its way. */
  readonly marginMs: number;
  readonly beatMs: number;
  /** Between two tries after one that failed. */
  readonly retryMs: number;
  /** How often the leases of the others are looked at. */
  readonly pollMs: number;
  /** How long one request to the store may take. */
  readonly requestMs: number;
}

/** Everything hangs on one number, so that two settings cannot contradict each other. */
export function leaseTimes(staleMs: number): LeaseTimes {
  return {
    staleMs,
    marginMs: staleMs / 10,
    beatMs: staleMs / 3,
    retryMs: staleMs / 30,
    pollMs: staleMs / 15,
    requestMs: staleMs / 6,
  };
}

/**
 * Until when this process may act as the owner of its shards, on its monotonic clock. The others first see a
 * beat after it was sent, and wait `staleMs` on clocks of their own from then on: so they are never earlier.
 * No wall clock takes part, neither here nor at the store: clocks that jump change nothing.
 * @param sentAtMs when the beat that the store confirmed was sent, on the monotonic clock
 */
export function deadlineMs(sentAtMs: number, { staleMs, marginMs }: LeaseTimes): number {
  return sentAtMs + staleMs - marginMs;
}
