/** A connection that was ready this long proves that connecting works. */
export const STABLE_MS = 10_000;

/** Deaf in a row after which resuming is given up in favour of a new session. */
export const MAX_DEAF = 3;

const BASE_DELAY_MS = 250;
const MAX_DELAY_MS = 15_000;

/** A new session whose events still come after this long was worth its IDENTIFY. */
export const PROVEN_MS = 30 * 60_000;

/** After the second IDENTIFY in vain, doubled by each further one: the first may have been bad luck. */
const BASE_PAUSE_MS = 30_000;
/** A shard that is down all day costs 150 IDENTIFYs, and is up again so soon after Discord is. */
export const MAX_PAUSE_MS = 10 * 60_000;
/** The same for a deaf shard: its resumes tell as well when Discord is back, and lose nothing. */
const BASE_PATIENCE_MS = 180_000;
export const MAX_PATIENCE_MS = 60 * 60_000;

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

/** deaf: RESUMEs are answered, and each may bring what was missed. down: there is no session, or no answer. */
export type ShardTrouble = 'deaf' | 'down';

/**
 * How far apart two IDENTIFYs of a shard are at least, in milliseconds. The whole bot has 1,000 a
 * day (docs: Gateway, session start limit), and spending them all resets its token.
 * @param inVain IDENTIFYs since the last session that proved itself
 */
export function identifyPauseMs(inVain: number, trouble: ShardTrouble): number {
  if (trouble === 'down') return inVain < 2 ? 0 : Math.min(BASE_PAUSE_MS * 2 ** (inVain - 2), MAX_PAUSE_MS);
  return inVain < 1 ? 0 : Math.min(BASE_PATIENCE_MS * 2 ** (inVain - 1), MAX_PATIENCE_MS);
}
