import {
  AckPolicy,
  DeliverPolicy,
  ErrorCode,
  NatsError,
  createInbox,
  nanos,
  type Msg,
  type NatsConnection,
  type StreamInfo,
} from 'nats';

import { parseAckSubject } from '../../runtime/nats/ack-subject.ts';
import { parseConsumerAdvisory, type ConsumerAdvisory } from '../../runtime/nats/consumer-advisory.ts';

const BATCH = 1_000;
/** Servers up to 2.9 do not answer at all where the consumer is gone. */
const SILENCE_MS = 1_000;
/** A server may place the consumer on one that has just gone, and then nobody answers; the next try goes elsewhere. */
const CREATE_TIMEOUT_MS = 1_500;
const TIMED_OUT: string = ErrorCode.Timeout;
/** Longer than anybody waits between two scrapes; then the server removes the reader's consumer. */
const INACTIVE_MS = 120_000;

interface BatchParts {
  readonly timeoutMs: number;
  readonly onAdvisory: (advisory: ConsumerAdvisory) => void;
}

/**
 * Reads the stream that captures advisories, from where it ends when this process starts. It is read
 * at each collection, as far as the list of streams says that it goes; between two collections nothing
 * runs, and a lost connection loses nothing.
 */
export class AdvisoryReader {
  readonly #connection: NatsConnection;
  readonly #stream: string;
  /** Stream sequence of the next one; undefined until the stream was seen. */
  #next: number | undefined;
  #consumer: string | undefined;
  /** Read, and not counted yet. */
  #uncounted: ConsumerAdvisory[] = [];
  /** Whether the consumer has delivered nothing yet. */
  #fresh = true;

  constructor(connection: NatsConnection, stream: string) {
    this.#connection = connection;
    this.#stream = stream;
  }

  get stream(): string {
    return this.#stream;
  }

  /** Its own consumer, which is not worth watching; undefined while there is none. */
  get consumer(): string | undefined {
    return this.#consumer;
  }

  /** What `read` gave is done with; until then it gives it again, as after a collection that failed. */
  counted(): void {
    this.#uncounted = [];
  }

  /** Advisories that the stream holds and that have not been read. */
  pending({ state }: StreamInfo): number {
    return Math.max(0, state.last_seq + 1 - (this.#next ?? state.last_seq + 1));
  }

  /**
   * Everything uncounted up to the end that `info` gives, or as much as the deadline allows.
   * @param deadlineMs on the clock of `performance.now()`
   */
  async read(info: StreamInfo, deadlineMs: number): Promise<readonly ConsumerAdvisory[]> {
    const { first_seq: first, last_seq: last } = info.state;
    this.#next ??= last + 1;
    // The stream was made anew, or its oldest part has expired unread.
    if (this.#next > last + 1 || this.#next < first) {
      this.#next = first;
      this.#consumer = undefined;
    }
    while (this.#next <= last && performance.now() < deadlineMs) {
      this.#consumer ??= await this.#createConsumer(this.#next, deadlineMs);
      if (this.#consumer === undefined) continue;
      const complete = await this.#readBatch(this.#consumer, Math.min(BATCH, last - this.#next + 1), {
        timeoutMs: Math.min(SILENCE_MS, deadlineMs - performance.now()),
        onAdvisory: (advisory) => this.#uncounted.push(advisory),
      });
      // Gone with its server or for want of use, or something it sent got lost: the next one begins
      // where this one ended.
      if (!complete) this.#consumer = undefined;
    }
    return this.#uncounted;
  }

  /** Undefined when nobody answers. @throws {NatsError} when the server refuses */
  async #createConsumer(startSequence: number, deadlineMs: number): Promise<string | undefined> {
    const timeout = Math.max(1, Math.min(CREATE_TIMEOUT_MS, deadlineMs - performance.now()));
    const manager = await this.#connection.jetstreamManager({ checkAPI: false, timeout });
    try {
      const { name } = await manager.consumers.add(this.#stream, {
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: startSequence,
        inactive_threshold: nanos(INACTIVE_MS),
        mem_storage: true,
        num_replicas: 1,
      });
      this.#fresh = true;
      return name;
    } catch (error) {
      if (error instanceof NatsError && error.code === TIMED_OUT) return undefined;
      throw error;
    }
  }

  /** @returns false when less came than was asked for */
  async #readBatch(consumer: string, batch: number, { timeoutMs, onAdvisory }: BatchParts): Promise<boolean> {
    const inbox = createInbox();
    const done = Promise.withResolvers<void>();
    let received = 0;
    const take = (message: Msg) => {
      const delivery = message.subject === inbox ? undefined : parseAckSubject(message.reply);
      // A status: nothing is left, or the consumer is gone.
      if (!delivery) return done.resolve();
      // A hole is a removed message only where a new consumer begins after it.
      if (delivery.streamSequence !== this.#next && !this.#fresh) return done.resolve();
      this.#fresh = false;
      this.#next = delivery.streamSequence + 1;
      received += 1;
      const advisory = parseConsumerAdvisory(message.string());
      if (advisory) onAdvisory(advisory);
      if (received === batch) done.resolve();
    };
    const subscription = this.#connection.subscribe(inbox, {
      callback: (error, message) => (error ? done.resolve() : take(message)),
    });
    const timer = setTimeout(done.resolve, Math.max(1, timeoutMs));
    this.#connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${this.#stream}.${consumer}`,
      JSON.stringify({ batch, no_wait: true }),
      { reply: inbox },
    );
    await done.promise;
    clearTimeout(timer);
    subscription.unsubscribe();
    return received === batch;
  }
}
