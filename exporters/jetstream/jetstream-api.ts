import type { ApiError, ConsumerInfo, NatsConnection, StreamInfo } from 'nats';

import { CodedError } from '../../runtime/errors.ts';
import { JETSTREAM_ERRORS } from '../../runtime/nats/jetstream-error.ts';

/** What a list request found: those that answered, and the names of those whose leader did not. */
export interface Listing<T> {
  readonly found: readonly T[];
  readonly missing: readonly string[];
}

interface Page {
  readonly error?: ApiError;
  readonly total: number;
  readonly limit: number;
  readonly missing?: readonly string[];
  readonly streams?: readonly StreamInfo[] | null;
  readonly consumers?: readonly ConsumerInfo[] | null;
}

/** Servers wait 4 s for leaders that do not answer; whoever needs longer is not going to answer. */
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Lists over the JetStream API. In a cluster the meta leader collects each entry from the leader of
 * that stream or consumer; followers, whose figures are wrong, have no say.
 */
export class JetStreamApi {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  async listStreams(deadlineMs: number): Promise<Listing<StreamInfo>> {
    return this.#list(
      '$JS.API.STREAM.LIST',
      deadlineMs,
      (page) => page.streams ?? [],
      ({ config }) => config.name,
    );
  }

  /** Nothing when the stream has been deleted meanwhile. */
  async listConsumers(stream: string, deadlineMs: number): Promise<Listing<ConsumerInfo>> {
    return this.#list(
      `$JS.API.CONSUMER.LIST.${stream}`,
      deadlineMs,
      (page) => page.consumers ?? [],
      // Where all peers are away the server fills in an entry without a name, and all zeros.
      ({ name }) => name,
    );
  }

  /** Whether the stream still holds this message. */
  async holds(stream: string, streamSequence: number, deadlineMs: number): Promise<boolean> {
    const subject = `$JS.API.STREAM.MSG.GET.${stream}`;
    const { error } = await this.#request(subject, { seq: streamSequence }, deadlineMs);
    if (error?.err_code === JETSTREAM_ERRORS.messageNotFound) return false;
    if (error) throw refusedRequest(subject, error);
    return true;
  }

  /**
   * Page after page; what comes and goes between two pages may stand on both or on none.
   * @throws {CodedError} JETSTREAM_REFUSED when the server answers with an error
   * @throws {NatsError} when nothing answers in time
   */
  async #list<T>(
    subject: string,
    deadlineMs: number,
    entriesOf: (page: Page) => readonly T[],
    nameOf: (entry: T) => string | undefined,
  ): Promise<Listing<T>> {
    const found = new Map<string, T>();
    const missing = new Set<string>();
    for (let offset = 0; ;) {
      const page = await this.#request(subject, { offset }, deadlineMs);
      if (page.error?.err_code === JETSTREAM_ERRORS.streamNotFound) break;
      if (page.error) throw refusedRequest(subject, page.error);
      for (const name of page.missing ?? []) missing.add(name);
      for (const entry of entriesOf(page)) {
        const name = nameOf(entry);
        if (name && !missing.has(name)) found.set(name, entry);
      }
      // Not by the entries received: the missing ones count as well.
      offset += page.limit;
      if (page.limit <= 0 || offset >= page.total) break;
    }
    return { found: [...found.values()], missing: [...missing] };
  }

  async #request(subject: string, body: object, deadlineMs: number): Promise<Page> {
    const remainingMs = deadlineMs - performance.now();
    const timeout = Math.max(1, Math.min(REQUEST_TIMEOUT_MS, remainingMs));
    const reply = await this.#connection.request(subject, JSON.stringify(body), { timeout });
    return reply.json<Page>();
  }
}

function refusedRequest(subject: string, error: ApiError): CodedError {
  return new CodedError('JETSTREAM_REFUSED', `JetStream refused ${subject}`, {
    expected: 'an account with JetStream, and a user who may ask for its streams and consumers',
    got: `${error.err_code ?? error.code} ${error.description}`,
  });
}
