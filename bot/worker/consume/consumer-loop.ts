import type { Msg, NatsConnection } from 'nats';

import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { DeliveryInfo } from '../../../runtime/nats/ack-subject.ts';
import { InFlight } from './in-flight.ts';
import { PullSubscription } from './pull-subscription.ts';
import { settlesWithin } from './settles-within.ts';

export interface LoopParts {
  readonly connection: NatsConnection;
  readonly connected: () => boolean;
  readonly stream: string;
  readonly consumer: string;
  /** How many events at once; also how many are asked for, so that none waits in a buffer. */
  readonly concurrency: number;
  readonly ackWaitMs: number;
  /** Handles and answers one message. */
  readonly handle: (message: Msg, info: DeliveryInfo, signal: AbortSignal) => Promise<void>;
  /** Makes sure that the consumer exists. */
  readonly ensure: () => Promise<unknown>;
  /** The watchdog renewed the consume. */
  readonly onRenewal: () => void;
  readonly log: Logger;
}

/** How long a request waits at the server; bounds how long a stop takes when nothing comes. */
const PULL_EXPIRES_MS = 2_000;
/** Beyond its expiry a request cannot stay silent: the server has lost it. */
const SILENCE_MS = PULL_EXPIRES_MS + 3_000;
const MAX_TICK_MS = 1_000;
/** For the last requests to run out. */
const FINISH_MS = PULL_EXPIRES_MS + 500;
const FLUSH_MS = 1_000;
const PROBLEM_RETRY_MS = { first: 250, max: 4_000 } as const;
/** A consume that stays silent for so long, in spite of renewals, needs a new process. */
export const DEAF_MS = 60_000;

/** Consumes from one durable consumer until it is stopped. */
export class ConsumerLoop {
  readonly #parts: LoopParts;
  readonly #inFlight: InFlight;
  #pulls: PullSubscription;
  #tickTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #retryMs: number = PROBLEM_RETRY_MS.first;
  #deafSinceMs: number | undefined;
  #renewing = false;
  #stopping = false;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#inFlight = new InFlight(parts.ackWaitMs);
    this.#pulls = this.#subscribe();
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  start(): void {
    const tickMs = Math.min(MAX_TICK_MS, this.#parts.ackWaitMs / 6);
    this.#tickTimer = setInterval(() => this.#tick(), tickMs);
    this.#pull();
  }

  /** The server forgot our requests with the connection. */
  onReconnect(): void {
    this.#pulls.forget();
    this.#deafSinceMs = undefined;
    this.#pull();
  }

  /** Undefined when the loop moves, else why the process should be replaced. */
  problem(): string | undefined {
    const stuck = this.#inFlight.stuck();
    if (stuck > 0) return `${stuck} handlers of ${this.#parts.consumer} ignore that their time is over`;
    if (this.#deafSinceMs === undefined || !this.#parts.connected()) return undefined;
    const deafMs = performance.now() - this.#deafSinceMs;
    return deafMs < DEAF_MS ? undefined : `${this.#parts.consumer} hears nothing of JetStream`;
  }

  /**
   * Takes no more, lets what is under way finish, interrupts what is not done after `handlersMs`. All
   * answers are at the server when it resolves. Returns how many events stay unanswered.
   */
  async stop(handlersMs: number): Promise<number> {
    const { connected, connection } = this.#parts;
    const startedAtMs = performance.now();
    this.#stopping = true;
    clearTimeout(this.#retryTimer);
    if (connected()) await settlesWithin(this.#pulls.finish(FINISH_MS), FINISH_MS + FLUSH_MS);
    await this.#inFlight.finish(handlersMs - (performance.now() - startedAtMs));
    clearInterval(this.#tickTimer);
    if (connected()) await settlesWithin(connection.flush(), FLUSH_MS);
    return this.#inFlight.size;
  }

  /** Asks for as many as there is room for, but not for each finished handler anew. */
  #pull(): void {
    const { connection, connected, concurrency } = this.#parts;
    if (this.#stopping || this.#retryTimer || !connected() || connection.isClosed()) return;
    const outstanding = this.#pulls.outstanding;
    const room = concurrency - this.#inFlight.size - outstanding;
    if (room <= 0 || (outstanding > 0 && room < concurrency / 2)) return;
    this.#pulls.pull(room);
  }

  #onMessage(message: Msg, info: DeliveryInfo): void {
    this.#deafSinceMs = undefined;
    this.#retryMs = PROBLEM_RETRY_MS.first;
    void this.#handle(message, info);
  }

  async #handle(message: Msg, info: DeliveryInfo): Promise<void> {
    const entry = this.#inFlight.add(message);
    try {
      await this.#parts.handle(message, info, entry.controller.signal);
    } catch (error) {
      // Without an answer the message comes again when its ack wait is over.
      this.#parts.log.error({ reason: messageOf(error) }, 'handling failed');
    }
    this.#inFlight.remove(entry);
    this.#pull();
  }

  #onEnd(problem: string | undefined): void {
    if (problem === undefined) {
      this.#deafSinceMs = undefined;
      this.#retryMs = PROBLEM_RETRY_MS.first;
      this.#pull();
      return;
    }
    if (this.#stopping || this.#retryTimer) return;
    this.#deafSinceMs ??= performance.now();
    this.#parts.log.warn({ problem, retryMs: this.#retryMs }, 'JetStream refused to deliver');
    // Servers from 2.11 on refuse at once where the consumer is gone; earlier ones stay silent.
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      void this.#renew({ problem });
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, PROBLEM_RETRY_MS.max);
  }

  #tick(): void {
    this.#inFlight.extend();
    if (!this.#parts.connected() || this.#stopping) return;
    const silentMs = performance.now() - this.#pulls.lastHeardAtMs;
    if (this.#pulls.outstanding > 0 && silentMs > SILENCE_MS)
      void this.#renew({ silentMs: Math.round(silentMs) });
    else this.#pull();
  }

  /** A consume that is refused, or silent for longer than possible: its consumer or its requests are gone. */
  async #renew(why: object): Promise<void> {
    if (this.#renewing || this.#stopping) return;
    this.#renewing = true;
    const { ensure, onRenewal, log } = this.#parts;
    this.#deafSinceMs ??= performance.now();
    onRenewal();
    log.warn(why, 'consume stalled, renewing it');
    try {
      await ensure();
    } catch (error) {
      log.error({ err: error }, 'the consumer cannot be ensured');
    }
    const old = this.#pulls;
    this.#pulls = this.#subscribe();
    this.#renewing = false;
    this.#pull();
    await old.close();
  }

  #subscribe(): PullSubscription {
    const { connection, stream, consumer } = this.#parts;
    return new PullSubscription({
      connection,
      stream,
      consumer,
      expiresMs: PULL_EXPIRES_MS,
      onMessage: (message, info) => this.#onMessage(message, info),
      onEnd: (problem) => this.#onEnd(problem),
    });
  }
}
