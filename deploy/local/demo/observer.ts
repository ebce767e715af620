import { connect, type JetStreamManager, type NatsConnection } from 'nats';

import { EVENTS_STREAM } from '../../../bot/events.ts';
import { CONSUMERS, CONSUMER_NAMES, DEAD_STREAM, type ConsumerName } from '../../../bot/streams.ts';
import { CounterTotals } from './counter-totals.ts';
import { parseMetrics, sumOf, type MetricSample } from './metrics-text.ts';
import { Rate } from './rate.ts';
import type { ConsumerReading, GatewayReading, Reading } from './reading.ts';
import { NATS } from './services.ts';
import type { SupervisedService } from './supervised-service.ts';

const SCRAPE_TIMEOUT_MS = 1_000;
const JETSTREAM_TIMEOUT_MS = 1_000;
const RATE_WINDOW_MS = 5_000;
const REST_REQUESTS = 'discord_rest_requests_total';

/** What a service's /metrics said. Empty: it did not answer. */
type Scrapes = ReadonlyMap<string, readonly MetricSample[]>;

/** Asks every process, and NATS, how things stand. */
export class Observer implements AsyncDisposable {
  readonly #services: readonly SupervisedService[];
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #counters = new CounterTotals();
  readonly #rates = new Map<string, Rate>();
  readonly #startedAtMs = performance.now();
  #stored = 0;

  private constructor(
    services: readonly SupervisedService[],
    connection: NatsConnection,
    manager: JetStreamManager,
  ) {
    this.#services = services;
    this.#connection = connection;
    this.#manager = manager;
  }

  static async open(services: readonly SupervisedService[]): Promise<Observer> {
    const address = services.find((service) => service.name === NATS)?.address;
    const connection = await connect({
      servers: `nats://${address}`,
      name: 'demo',
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
    });
    const manager = await connection.jetstreamManager({ timeout: JETSTREAM_TIMEOUT_MS });
    return new Observer(services, connection, manager);
  }

  get connection(): NatsConnection {
    return this.#connection;
  }

  async read(): Promise<Reading> {
    const [scrapes, deadLetters, stored, lags] = await Promise.all([
      this.#scrapeAll(),
      this.#lastSequence(DEAD_STREAM),
      this.#lastSequence(EVENTS_STREAM),
      Promise.all(CONSUMER_NAMES.map(async (name) => [name, await this.#lag(name)] as const)),
    ]);
    this.#stored = stored ?? this.#stored;
    const nowMs = performance.now();
    const count = (key: string, family: string, matches?: (labels: MetricSample['labels']) => boolean) =>
      this.#count(scrapes, key, family, matches);
    const rate = (key: string, total: number) => this.#rate(key, total, nowMs);

    const consumers = lags.map(([name, lag]): ConsumerReading => {
      const isOurs = (labels: MetricSample['labels']) => labels['consumer_name'] === name;
      const handled = count(`handled ${name}`, 'worker_events_total', (labels) => {
        return isOurs(labels) && labels['outcome'] !== 'retry';
      });
      const redelivered = count(`redelivered ${name}`, 'worker_deliveries_total', (labels) => {
        return isOurs(labels) && labels['redelivered'] === 'true';
      });
      return { name, lag, handled, handledPerSecond: rate(`handled ${name}`, handled), redelivered };
    });
    const totals = {
      taken: count('taken', 'discord_shard_events_total'),
      stored: this.#stored,
      handled: consumers.reduce((sum, { handled }) => sum + handled, 0),
      deadLetters,
      lost: count('lost', 'discord_shard_events_lost_total'),
      restRequests: count('rest', REST_REQUESTS),
      restFailures: this.#restFailures(scrapes),
      restarts: this.#services.reduce((sum, { restarts }) => sum + restarts, 0),
    };
    return {
      elapsedMs: nowMs - this.#startedAtMs,
      services: this.#services.map(({ name, state, restarts, address, pages }) => {
        return { name, state, restarts, address, pages };
      }),
      gateways: gatewaysIn(scrapes),
      consumers,
      totals,
      rates: {
        taken: rate('taken', totals.taken),
        stored: rate('stored', totals.stored),
        handled: rate('handled', totals.handled),
        rest: rate('rest', totals.restRequests),
      },
    };
  }

  /** Consumer -> messages in its stream under its subject. */
  async toHandle(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const name of CONSUMER_NAMES) {
      const { stream, filter_subject: subject } = CONSUMERS[name];
      const info = await this.#manager.streams.info(stream, { subjects_filter: subject });
      counts.set(name, info.state.subjects?.[subject] ?? 0);
    }
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  /** Over all processes, each of which may have started again. */
  #count(
    scrapes: Scrapes,
    key: string,
    family: string,
    matches?: (labels: MetricSample['labels']) => boolean,
  ): number {
    let sum = 0;
    for (const [service, samples] of scrapes) {
      const counter = `${key} ${service}`;
      sum +=
        samples.length > 0
          ? this.#counters.add(counter, sumOf(samples, family, matches))
          : this.#counters.total(counter);
    }
    return sum;
  }

  #restFailures(scrapes: Scrapes): ReadonlyMap<string, number> {
    const statuses = new Set(
      [...scrapes.values()]
        .flat()
        .map(({ name, labels }) => (name === REST_REQUESTS ? labels['status'] : undefined)),
    );
    const failures = new Map<string, number>();
    for (const status of statuses) {
      if (!status || /^2\d\d$/.test(status)) continue;
      const isIt = (labels: MetricSample['labels']) => labels['status'] === status;
      failures.set(status, this.#count(scrapes, `rest ${status}`, REST_REQUESTS, isIt));
    }
    return failures;
  }

  #rate(key: string, total: number, nowMs: number): number {
    const rate = this.#rates.get(key) ?? new Rate(RATE_WINDOW_MS);
    this.#rates.set(key, rate);
    return rate.add(total, nowMs);
  }

  async #scrapeAll(): Promise<Scrapes> {
    const scraped = this.#services.filter(({ pages }) => pages.includes('/metrics'));
    return new Map(
      await Promise.all(
        scraped.map(async (service) => [service.name, await scrape(service.address)] as const),
      ),
    );
  }

  async #lag(name: ConsumerName): Promise<number | undefined> {
    const info = await this.#ask(this.#manager.consumers.info(CONSUMERS[name].stream, name));
    return info && info.num_pending + info.num_ack_pending;
  }

  async #lastSequence(stream: string): Promise<number | undefined> {
    return (await this.#ask(this.#manager.streams.info(stream)))?.state.last_seq;
  }

  /** Undefined while NATS is away, or before the bot has created what is asked for. */
  async #ask<T>(question: Promise<T>): Promise<T | undefined> {
    return question.catch(() => undefined);
  }
}

async function scrape(address: string): Promise<readonly MetricSample[]> {
  try {
    const response = await fetch(`http://${address}/metrics`, {
      signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS),
    });
    return response.ok ? parseMetrics(await response.text()) : [];
  } catch {
    return [];
  }
}

function gatewaysIn(scrapes: Scrapes): GatewayReading[] {
  const gateways: GatewayReading[] = [];
  for (const [name, samples] of scrapes) {
    if (!name.startsWith('gateway-')) continue;
    const states = samples.filter((sample) => sample.name === 'discord_shard_state' && sample.value === 1);
    const shards = states.map(({ labels }) => [Number(labels['shard']), labels['state'] ?? ''] as const);
    gateways.push({ name, shards: new Map(shards.toSorted(([a], [b]) => a - b)) });
  }
  return gateways;
}
