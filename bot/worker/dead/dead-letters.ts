import type { JetStreamClient } from 'nats';

import { CONSUMER_NAMES } from '../../streams.ts';
import { OTHER_CONSUMER, type DEAD_LETTER_PATHS, type WorkerMetrics } from '../worker-metrics.ts';
import { toDeadLetter, type DeadMessage } from './dead-letter.ts';

/** Stores dead letters. */
export class DeadLetters {
  readonly #jetstream: JetStreamClient;
  readonly #metrics: WorkerMetrics;

  constructor(jetstream: JetStreamClient, metrics: WorkerMetrics) {
    this.#jetstream = jetstream;
    this.#metrics = metrics;
  }

  /** Resolves once JetStream has it; a repeat within the duplicate window stores nothing more. */
  async store(dead: DeadMessage, path: (typeof DEAD_LETTER_PATHS)[number]): Promise<void> {
    const { subject, messageId, headers, body } = toDeadLetter(dead);
    const { duplicate } = await this.#jetstream.publish(subject, body, { headers, msgID: messageId });
    if (duplicate) return;
    const known = (CONSUMER_NAMES as readonly string[]).includes(dead.consumer);
    this.#metrics.deadLetters.inc({
      consumer_name: known ? dead.consumer : OTHER_CONSUMER,
      path,
      payload: dead.original ? 'present' : 'gone',
    });
  }
}
