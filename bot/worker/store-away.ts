import { NatsError } from 'nats';

import { messageOf } from '../../runtime/errors.ts';
import { jetStreamErrorOf } from '../../runtime/nats/jetstream-error.ts';
import { RetryLater } from './outcome-errors.ts';

/** A cluster that has lost a server has new leaders within seconds; the usual backoff would be through by then. */
export const AWAY_RETRY_MS = 10_000;

/**
 * What a handler does in JetStream.
 * @throws {RetryLater} when nobody answers, or whoever does has no leader; what JetStream refuses has a code of its own
 */
export async function inStore<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const away = error instanceof NatsError && jetStreamErrorOf(error) === undefined;
    if (!away) throw error;
    throw new RetryLater(AWAY_RETRY_MS, `${what} is away: ${messageOf(error)}`, error);
  }
}
