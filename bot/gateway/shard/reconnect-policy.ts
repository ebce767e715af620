/** A connection that was ready this long proves that connecting works. */
export const STABLE_MS = 10_000;

/** Deaf in a row after which resuming is given up in favour of a new session. */
export const MAX_DEAF = 3;

const BASE_DELAY_MS = 250;
const MAX_DELAY_MS = 15_000;

/**
 * How long to wait before the next attempt, in milliseconds: at once after a stable connection,
 * then doubling, with jitter so that shards do not come in step.
 * @param failures consecutive connections that did not become stable
 * @param random from 0 to 1
 */
export function reconnectDelayMs(failures: number, random: number): number {
  if (failures === 0) return 0;
  const ceiling = Math.min(BASE_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
  return ceiling * (0.5 + random / 2);
}

/** Every second attempt goes to the main address: a resume host may be gone for good. */
export function usesResumeUrl(failures: number): boolean {
  return failures < 2 || failures % 2 === 1;
}
