import { setTimeout as sleep } from 'node:timers/promises';

import { StorageType, type JetStreamClient, type KV, type NatsConnection } from 'nats';

import { JETSTREAM_ERRORS, jetStreamErrorOf } from '../../../runtime/nats/jetstream-error.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { refuseUnsafeReplicas } from '../safe-replicas.ts';

const BUCKET = 'discord_identify';
/** Discord allows one IDENTIFY in 5 s for each rate limit key (docs: Gateway, Session Start Limit). */
const IDENTIFY_INTERVAL_MS = 5_000;
/** For the way from the slot to Discord, which does not always take equally long. */
const MARGIN_MS = 500;
const RETRY_MS = 250;
/** First server whose replicated key-value buckets let only one of two contenders win. */
const SAFE_REPLICATED_VERSION = '2.9.21';

/**
 * Slots in which one process at a time may identify, shared by all processes of the bot: a key that
 * only one of them can create and that the server removes after the interval.
 */
export class IdentifySlots {
  readonly #bucket: KV;
  readonly #log: Logger;

  private constructor(bucket: KV, log: Logger) {
    this.#bucket = bucket;
    this.#log = log;
  }

  /** @throws {CodedError} NATS_TOO_OLD where a replicated bucket could give one slot to two processes */
  static async open(
    connection: NatsConnection,
    jetstream: JetStreamClient,
    replicas: number,
    log: Logger,
  ): Promise<IdentifySlots> {
    refuseUnsafeReplicas(connection.info?.version ?? '0.0.0', replicas, SAFE_REPLICATED_VERSION);
    const ttl = IDENTIFY_INTERVAL_MS + MARGIN_MS;
    // On disk: a slot must survive a restart of the server.
    const options = { history: 1, storage: StorageType.File, replicas, ttl, allow_direct: false };
    return new IdentifySlots(await jetstream.views.kv(BUCKET, options), log);
  }

  /** Resolves when this process may identify under the key, now. Rejects only when aborted. */
  async take(rateLimitKey: number, signal: AbortSignal): Promise<void> {
    while (!(await this.#tryTake(rateLimitKey))) {
      await sleep(RETRY_MS * (0.5 + Math.random()), undefined, { signal });
    }
  }

  async #tryTake(rateLimitKey: number): Promise<boolean> {
    const askedAt = performance.now();
    try {
      await this.#bucket.create(`key.${rateLimitKey}`, '');
    } catch (error) {
      const taken = jetStreamErrorOf(error) === JETSTREAM_ERRORS.wrongLastSequence;
      // Without an answer the slot may be ours or not: wait as if it were another's.
      if (!taken) this.#log.warn({ reason: messageOf(error) }, 'no answer about the identify slot');
      return false;
    }
    // A late answer leaves too little of the slot.
    return performance.now() - askedAt < MARGIN_MS;
  }
}
