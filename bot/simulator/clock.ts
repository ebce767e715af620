/** Beyond this the wall clock was set, or the machine slept, and the base is taken anew. */
const MAX_DRIFT_MS = 5;

let baseMs = Date.now() - performance.now();

/** Milliseconds since 1970 with fractions, for latencies below a millisecond across processes. */
export function wallClockMs(): number {
  const nowMs = baseMs + performance.now();
  const wallMs = Date.now();
  if (Math.abs(nowMs - wallMs) <= MAX_DRIFT_MS) return nowMs;
  baseMs = wallMs - performance.now();
  return wallMs;
}
