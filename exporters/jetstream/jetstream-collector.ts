import type { ConsumerInfo, NatsConnection, StreamInfo } from 'nats';

import type { ConsumerAdvisory } from '../../runtime/nats/consumer-advisory.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { watchAcks } from './ack-watch.ts';
import { AdvisoryReader } from './advisory-reader.ts';
import type { ConsumerCounters } from './consumer-tally.ts';
import { withoutFalseTerminations } from './false-terminations.ts';
import { JetStreamApi } from './jetstream-api.ts';
import type { Selection } from './selection.ts';
import { keyOf, Tallies, type ConsumerName } from './tallies.ts';

export interface ConsumerReading {
  readonly info: ConsumerInfo;
  readonly counters: ConsumerCounters;
}

export interface JetStreamReading {
  /** Milliseconds since 1970. */
  readonly takenAtMs: number;
  readonly streams: readonly StreamInfo[];
  readonly consumers: readonly ConsumerReading[];
  /** Streams and consumers whose leader did not answer; they have no figures. */
  readonly missing: { readonly streams: number; readonly consumers: number };
  /** Not yet read; undefined where no stream captures advisories. */
  readonly advisoriesPending: number | undefined;
}

export interface CollectorParts {
  readonly connection: NatsConnection;
  /** Whether the connection stands now. */
  readonly connected: () => boolean;
  readonly selection: Selection;
  /** The stream that captures advisories. */
  readonly advisoriesStream: string;
  /** For all requests of one collection together. */
  readonly timeoutMs: number;
  /** Told how long each collection took. */
  readonly onCollected: (seconds: number) => void;
  readonly log: Logger;
}

/** Lists of consumers asked for at the same time. */
const CONCURRENT_LISTS = 8;

/** Reads streams, consumers and advisories of the account; whoever asks meanwhile gets the same reading. */
export class JetStreamCollector {
  readonly #parts: CollectorParts;
  readonly #api: JetStreamApi;
  readonly #advisories: AdvisoryReader;
  readonly #tallies = new Tallies(Date.now());
  #running: Promise<JetStreamReading | undefined> | undefined;
  /** Why the last collection failed. */
  #problem: string | undefined;

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.#api = new JetStreamApi(parts.connection);
    this.#advisories = new AdvisoryReader(parts.connection, parts.advisoriesStream);
    watchAcks(parts.connection, this.#tallies);
  }

  /** Undefined when JetStream could not be read: there are no figures then, old ones least of all. */
  async collect(): Promise<JetStreamReading | undefined> {
    this.#running ??= this.#collectOnce().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #collectOnce(): Promise<JetStreamReading | undefined> {
    const { log, connected, timeoutMs, onCollected } = this.#parts;
    const startedAtMs = performance.now();
    try {
      if (!connected()) throw new Error('not connected to NATS');
      const reading = await this.#read(startedAtMs + timeoutMs);
      if (this.#problem !== undefined) log.info('JetStream can be read again');
      this.#problem = undefined;
      return reading;
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.#problem) log.warn({ err: error, reason: problem }, 'JetStream cannot be read');
      this.#problem = problem;
      return undefined;
    } finally {
      onCollected((performance.now() - startedAtMs) / 1_000);
    }
  }

  async #read(deadlineMs: number): Promise<JetStreamReading> {
    const { selection } = this.#parts;
    const all = await this.#api.listStreams(deadlineMs);
    const streams = all.found.filter(({ config }) => selection.stream(config.name));
    const { infos, missing } = await this.#listConsumers(streams, deadlineMs);
    const capture = all.found.find(({ config }) => config.name === this.#advisories.stream);
    const advisories = capture ? await this.#advisories.read(capture, deadlineMs) : [];
    const believed = await withoutFalseTerminations(
      advisories,
      new Map(streams.map((info) => [info.config.name, info])),
      async (stream, sequence) => this.#api.holds(stream, sequence, deadlineMs),
    );
    const consumers = this.#count(infos, believed);
    this.#advisories.counted();
    const missingStreams = all.missing.filter((name) => selection.stream(name)).length;
    // Consumers of a stream without a leader may still be there.
    if (missingStreams === 0) this.#tallies.keep([...infos.map(nameOf), ...missing]);
    return {
      takenAtMs: Date.now(),
      streams,
      consumers,
      missing: { streams: missingStreams, consumers: missing.length },
      advisoriesPending: capture && this.#advisories.pending(capture),
    };
  }

  async #listConsumers(
    streams: readonly StreamInfo[],
    deadlineMs: number,
  ): Promise<{ infos: ConsumerInfo[]; missing: ConsumerName[] }> {
    const { selection } = this.#parts;
    const infos: ConsumerInfo[] = [];
    const missing: ConsumerName[] = [];
    const queue = streams.filter(({ state }) => state.consumer_count > 0).map(({ config }) => config.name);
    const listNext = async (): Promise<void> => {
      for (let stream = queue.pop(); stream !== undefined; stream = queue.pop()) {
        const listing = await this.#api.listConsumers(stream, deadlineMs);
        for (const info of listing.found) {
          const durable = info.config.durable_name !== undefined;
          const own = stream === this.#advisories.stream && info.name === this.#advisories.consumer;
          if (!own && selection.consumer(info.name, durable)) infos.push(info);
        }
        for (const consumer of listing.missing) {
          if (selection.consumer(consumer, true)) missing.push({ stream, consumer });
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_LISTS }, listNext));
    return { infos, missing };
  }

  /** What happened to a consumer that has been replaced meanwhile is counted before its successor is. */
  #count(infos: readonly ConsumerInfo[], advisories: readonly ConsumerAdvisory[]): ConsumerReading[] {
    const createdAtMs = new Map(infos.map((info) => [keyOf(nameOf(info)), Date.parse(info.created)]));
    const isOld = (advisory: ConsumerAdvisory) => advisory.atMs < (createdAtMs.get(keyOf(advisory)) ?? 0);
    for (const advisory of advisories) if (isOld(advisory)) this.#tallies.advise(advisory);
    const observed = infos.map((info) => ({ info, tally: this.#tallies.observe(info) }));
    for (const advisory of advisories) if (!isOld(advisory)) this.#tallies.advise(advisory);
    const nowMs = performance.now();
    return observed.map(({ info, tally }) => ({ info, counters: tally.counters(nowMs) }));
  }
}

function nameOf({ stream_name: stream, name: consumer }: ConsumerInfo): ConsumerName {
  return { stream, consumer };
}
