import type { Logger } from '../log.ts';

const INTERVAL_MS = 60_000;

/** Logs that a receiver takes nothing: the first failure at once, then one line a minute at most. */
export function createFailureLog(log: Logger, receiver: string): (reason: string) => void {
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  let failures = 0;
  return (reason) => {
    failures += 1;
    const nowMs = performance.now();
    if (nowMs - loggedAtMs < INTERVAL_MS) return;
    log.warn({ receiver, reason, failures }, 'telemetry was not delivered');
    loggedAtMs = nowMs;
    failures = 0;
  };
}
