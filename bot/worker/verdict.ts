import { messageOf } from '../../runtime/errors.ts';
import { isJetStreamAway } from '../../runtime/nats/jetstream-error.ts';
import { Expired, isPermanent, RetryLater } from './outcome-errors.ts';

/** How a handler settled. */
export type HandlerResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** The process is ending and the handler did not finish. */
  | { readonly kind: 'interrupted' };

export type Verdict =
  | { readonly kind: 'ack' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'dead'; readonly reason: DeadReason; readonly error: string };

export type DeadReason = 'permanent' | 'last-attempt' | 'crash-loop';

export interface Attempt {
  /** 1 for the first delivery. */
  readonly deliveries: number;
  /** The consumer's own; -1: without end. */
  readonly maxDeliver: number;
  /** From 0 to 1, exclusive. */
  readonly random: number;
}

/** A cluster that has lost a server has new leaders within seconds; the usual backoff would be through by then. */
export const AWAY_RETRY_MS = 10_000;

export const BACKOFF = { baseMs: 500, factor: 2, maxMs: 60_000, jitter: 0.5 } as const;

/** What to answer JetStream. */
export function verdictOf(result: HandlerResult, attempt: Attempt): Verdict {
  if (result.kind === 'done') return { kind: 'ack' };
  const error = result.kind === 'threw' ? result.error : undefined;
  if (error instanceof Expired) return { kind: 'expired' };
  if (isPermanent(error)) return { kind: 'dead', reason: 'permanent', error: error.message };
  if (isLast(attempt)) {
    const text = result.kind === 'threw' ? messageOf(error) : 'the process ended during the last attempt';
    return { kind: 'dead', reason: 'last-attempt', error: text };
  }
  // Another process can take it at once.
  if (result.kind === 'interrupted') return { kind: 'retry', delayMs: 0 };
  if (error instanceof RetryLater) return { kind: 'retry', delayMs: error.delayMs };
  if (isJetStreamAway(error)) return { kind: 'retry', delayMs: AWAY_RETRY_MS };
  return { kind: 'retry', delayMs: backoffMs(attempt) };
}

/** The deliveries so far are all that JetStream will make: it gives no further one after this. */
export function isLast({ deliveries, maxDeliver }: Attempt): boolean {
  return maxDeliver > 0 && deliveries >= maxDeliver;
}

/** Doubles with each delivery; jitter keeps events that failed together from coming back together. */
export function backoffMs({ deliveries, random }: Attempt): number {
  const { baseMs, factor, maxMs, jitter } = BACKOFF;
  const fullMs = Math.min(maxMs, baseMs * factor ** (deliveries - 1));
  return Math.round(fullMs * (1 - jitter * random));
}
