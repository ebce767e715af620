const FIRST_MS = 250;
const MAX_MS = 10_000;
/** A process that lived this long starts afresh. */
const LONG_LIFE_MS = 30_000;

/**
 * How long to wait before a process is started again.
 * @param failures how often it ended in a row, this time included, without having lived long
 */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** Math.max(failures - 1, 0), MAX_MS);
}

/** Failures in a row after one more end. */
export function failuresAfter(failures: number, livedMs: number): number {
  return livedMs >= LONG_LIFE_MS ? 1 : failures + 1;
}
