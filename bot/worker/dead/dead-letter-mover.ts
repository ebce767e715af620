import { type JetStreamManager, type Msg } from 'nats';

import { parseConsumerAdvisory, type ConsumerAdvisory } from '../../../runtime/nats/consumer-advisory.ts';
import { JETSTREAM_ERRORS, jetStreamErrorOf } from '../../../runtime/nats/jetstream-error.ts';
import { EVENTS_STREAM } from '../../events.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { TASKS_STREAM } from '../../streams.ts';
import type { DeliveryInfo } from '../../../runtime/nats/ack-subject.ts';
import { acknowledge, negativeAcknowledge } from '../consume/delivery.ts';
import { backoffMs } from '../verdict.ts';
import type { OriginalMessage } from './dead-letter.ts';
import type { DeadLetterIndex } from './dead-letter-index.ts';
import type { DeadLetters } from './dead-letters.ts';

export interface MoverParts {
  readonly manager: JetStreamManager;
  readonly index: DeadLetterIndex;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
}

/** The account may have other streams, which are not ours to watch. */
const WATCHED_STREAMS: readonly string[] = [EVENTS_STREAM, TASKS_STREAM];

/**
 * Makes dead letters of messages that no worker could: each delivery killed its process, or ended in
 * silence. The server tells of them in advisories, which a stream keeps.
 */
export class DeadLetterMover {
  readonly #parts: MoverParts;

  constructor(parts: MoverParts) {
    this.#parts = parts;
  }

  /** Handles one captured advisory; acknowledges it when the dead letter is safe. */
  async handle(message: Msg, info: DeliveryInfo): Promise<void> {
    const { log } = this.#parts;
    try {
      const advisory = parseConsumerAdvisory(message.string());
      if (advisory && WATCHED_STREAMS.includes(advisory.stream)) await this.#move(advisory);
      acknowledge(message);
    } catch (error) {
      const delayMs = backoffMs({ deliveries: info.deliveries, maxDeliver: -1, random: Math.random() });
      log.error({ reason: messageOf(error), delayMs }, 'a dead letter could not be moved yet');
      negativeAcknowledge(message, delayMs);
    }
  }

  async #move({ stream, consumer, streamSequence, deliveries }: ConsumerAdvisory): Promise<void> {
    const { index, deadLetters, log } = this.#parts;
    const original = await this.#fetch(stream, streamSequence);
    const originalId = original?.headers?.get('Nats-Msg-Id');
    if (await index.has(consumer, stream, streamSequence, originalId)) return;
    await deadLetters.store(
      {
        consumer,
        stream,
        streamSequence,
        deliveries,
        reason: 'crash-loop',
        error: original
          ? 'every delivery ended without an answer'
          : 'every delivery ended without an answer, and the stream no longer holds the message',
        diedAtMs: Date.now(),
        original,
      },
      'mover',
    );
    log.error({ stream, consumer, streamSequence, deliveries, gone: !original }, 'dead letter moved');
  }

  async #fetch(stream: string, seq: number): Promise<OriginalMessage | undefined> {
    try {
      const { subject, header, data } = await this.#parts.manager.streams.getMessage(stream, { seq });
      return { subject, headers: header, body: data };
    } catch (error) {
      if (jetStreamErrorOf(error) === JETSTREAM_ERRORS.messageNotFound) return undefined;
      throw error;
    }
  }
}
