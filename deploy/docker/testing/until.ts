import { setTimeout as sleep } from 'node:timers/promises';

import { CodedError } from '../../../runtime/errors.ts';

const POLL_MS = 250;

/**
 * @param instead what is there as long as the condition is not true, for the message
 * @returns how long it took, in milliseconds
 * @throws {CodedError} NEVER_TRUE with what was there instead
 */
export async function until(
  what: string,
  timeoutMs: number,
  condition: () => Promise<boolean>,
  instead: () => Promise<string> = async () => '',
): Promise<number> {
  const startedAtMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAtMs > timeoutMs)
      throw new CodedError('NEVER_TRUE', `Not in ${timeoutMs} ms: ${what}. ${await instead()}`);
    await sleep(POLL_MS);
  }
  return performance.now() - startedAtMs;
}
