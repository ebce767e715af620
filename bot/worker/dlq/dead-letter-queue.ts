import { headers as newHeaders, type JetStreamClient, type JetStreamManager, type MsgHdrs } from 'nats';

import { JETSTREAM_ERRORS, jetStreamErrorOf } from '../../../runtime/nats/jetstream-error.ts';
import { CodedError } from '../../../runtime/errors.ts';
import { CONSUMERS, DEAD_STREAM, DEAD_SUBJECT_PREFIX } from '../../streams.ts';
import { DEAD_HEADERS } from '../dead/dead-letter.ts';
import { readDeadLetters } from '../dead/read-dead-letters.ts';
import { summaryOf, type DeadLetterSummary } from './dead-letter-summary.ts';

export interface FullDeadLetter extends DeadLetterSummary {
  readonly headers: MsgHdrs;
  readonly body: Uint8Array;
}

/** Reads, replays and removes dead letters. */
export class DeadLetterQueue {
  readonly #jetstream: JetStreamClient;
  readonly #manager: JetStreamManager;

  constructor(jetstream: JetStreamClient, manager: JetStreamManager) {
    this.#jetstream = jetstream;
    this.#manager = manager;
  }

  /** Oldest first. */
  async *list(consumer: string | undefined): AsyncGenerator<DeadLetterSummary> {
    const options = { consumer, fromSequence: 1 };
    for await (const { sequence, headers, bodyBytes } of readDeadLetters(
      this.#jetstream,
      this.#manager,
      options,
    )) {
      yield summaryOf(sequence, headers ?? newHeaders(), bodyBytes);
    }
  }

  /** @throws {CodedError} DEAD_LETTER_UNKNOWN */
  async get(sequence: number): Promise<FullDeadLetter> {
    try {
      const message = await this.#manager.streams.getMessage(DEAD_STREAM, { seq: sequence });
      const summary = summaryOf(sequence, message.header, message.data.length);
      return { ...summary, headers: message.header, body: message.data };
    } catch (error) {
      if (jetStreamErrorOf(error) !== JETSTREAM_ERRORS.messageNotFound) throw error;
      throw new CodedError('DEAD_LETTER_UNKNOWN', `There is no dead letter ${sequence}`, {
        expected: 'a number that list shows',
        got: String(sequence),
      });
    }
  }

  /** @throws {CodedError} DEAD_LETTER_WITHOUT_PAYLOAD, when the message was gone before it could be kept */
  async replayable(sequence: number): Promise<FullDeadLetter & { readonly subject: string }> {
    const letter = await this.get(sequence);
    const { subject } = letter;
    if (subject !== undefined) return { ...letter, subject };
    throw new CodedError('DEAD_LETTER_WITHOUT_PAYLOAD', `Dead letter ${sequence} cannot be replayed`, {
      expected: 'a dead letter with its message',
      got: 'only a record: the stream had dropped the message before it was moved',
    });
  }

  /**
   * Publishes the message to its own subject again and removes the dead letter once JetStream has it.
   * Each subject has one consumer, which makes that a delivery to the consumer that failed; a second
   * consumer of the subject would see it as well. The message id is a new one, or the stream would drop
   * it as a repeat; it is the same for each try to replay this dead letter, so that a try that was cut
   * off before the removal is not stored twice.
   */
  async replay(letter: FullDeadLetter & { readonly subject: string }): Promise<void> {
    const headers = newHeaders();
    const own = new Set(Object.values(DEAD_HEADERS).map((name) => name.toLowerCase()));
    for (const [name, values] of letter.headers) {
      if (own.has(name.toLowerCase()) || /^nats-/i.test(name)) continue;
      for (const value of values) headers.append(name, value);
    }
    const msgID = `replay:${letter.sequence}:${letter.diedAtMs}`;
    await this.#jetstream.publish(letter.subject, letter.body, { headers, msgID });
    await this.remove(letter.sequence);
  }

  async remove(sequence: number): Promise<void> {
    await this.#manager.streams.deleteMessage(DEAD_STREAM, sequence);
  }

  /** Removes what is there now; what arrives meanwhile stays. Resolves with how many were removed. */
  async purge(consumer: string | undefined): Promise<number> {
    const { state } = await this.#manager.streams.info(DEAD_STREAM);
    const filter = DEAD_SUBJECT_PREFIX + (consumer ?? '>');
    const { purged } = await this.#manager.streams.purge(DEAD_STREAM, { filter, seq: state.last_seq + 1 });
    return purged;
  }

  /**
   * The consumers that may be named: ours, and any that has dead letters.
   * @throws {CodedError} CONSUMER_UNKNOWN
   */
  async checkConsumer(consumer: string): Promise<void> {
    if (Object.hasOwn(CONSUMERS, consumer)) return;
    const { state } = await this.#manager.streams.info(DEAD_STREAM, {
      subjects_filter: `${DEAD_SUBJECT_PREFIX}>`,
    });
    const names = Object.keys(state.subjects ?? {}).map((subject) =>
      subject.slice(DEAD_SUBJECT_PREFIX.length),
    );
    if (names.includes(consumer)) return;
    throw new CodedError('CONSUMER_UNKNOWN', 'No such consumer', {
      expected: `one of ${[...new Set([...Object.keys(CONSUMERS), ...names])].join(', ')}`,
      got: consumer,
    });
  }
}
