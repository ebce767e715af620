import type { JetStreamClient, JetStreamManager } from 'nats';

import { DEAD_HEADERS } from './dead-letter.ts';
import { readDeadLetters } from './read-dead-letters.ts';

interface Known {
  /** Of dead letters: the next position to read. */
  nextSequence: number;
  /** `stream:position` of each message that has a dead letter, and the message's own id. */
  readonly messages: Map<string, string>;
}

/**
 * Which messages have a dead letter. The message id keeps a second one out only within the duplicate
 * window; a server that tells of exhausted deliveries when the next pull arrives may do so hours after
 * a worker stored the dead letter and died before it could say so. Reads only what is new each time.
 */
export class DeadLetterIndex {
  readonly #jetstream: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #consumers = new Map<string, Known>();

  constructor(jetstream: JetStreamClient, manager: JetStreamManager) {
    this.#jetstream = jetstream;
    this.#manager = manager;
  }

  /**
   * Positions begin anew when a stream is created anew: the message's own id (where it has one) must be
   * the same as well.
   */
  async has(consumer: string, stream: string, streamSequence: number, originalId?: string): Promise<boolean> {
    const known = await this.#read(consumer);
    const id = known.messages.get(`${stream}:${streamSequence}`);
    return id !== undefined && (!id || !originalId || id === originalId);
  }

  async #read(consumer: string): Promise<Known> {
    const known = this.#consumers.get(consumer) ?? { nextSequence: 1, messages: new Map<string, string>() };
    this.#consumers.set(consumer, known);
    const options = { consumer, fromSequence: known.nextSequence };
    for await (const { sequence, headers } of readDeadLetters(this.#jetstream, this.#manager, options)) {
      const key = `${headers?.get(DEAD_HEADERS.stream)}:${headers?.get(DEAD_HEADERS.streamSequence)}`;
      known.messages.set(key, headers?.get(DEAD_HEADERS.originalId) ?? '');
      known.nextSequence = sequence + 1;
    }
    return known;
  }
}
