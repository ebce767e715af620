import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How large: a normal large fleet has 1,000 shards, 100 consumers and 200 containers. */
export interface FleetSize {
  readonly shards: number;
  readonly consumers: number;
  /** Gateways, workers and one exporter; each is a target of its own. */
  readonly containers: number;
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type Role = 'gateway' | 'worker' | 'exporter';

const SHARDS_PER_GATEWAY = 16;
const MIB = 1024 ** 2;
const STATES = ['idle', 'connecting', 'identifying', 'resuming', 'ready', 'closed'];

/** One process of the fleet: what it would say of itself at any time. */
export class SyntheticProcess implements AsyncDisposable {
  readonly role: Role;
  readonly #samples: (nowSeconds: number) => Sample[];
  readonly #server: Server;
  readonly #startedAt = Date.now() / 1_000 - 10 * 86_400;

  constructor(role: Role, samples: (nowSeconds: number) => Sample[]) {
    this.role = role;
    this.#samples = samples;
    this.#server = createServer((_, response) => {
      // Prometheus 3 takes no page without it.
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(this.#page());
    });
  }

  async listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    await promise;
  }

  get target(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  samples(nowSeconds: number): Sample[] {
    const saw = 40 * ((nowSeconds / 2_400) % 1);
    return [
      ...this.#samples(nowSeconds),
      { name: 'process_start_time_seconds', labels: {}, value: this.#startedAt },
      { name: 'bot_container_memory_limit_bytes', labels: {}, value: 512 * MIB },
      { name: 'bot_container_memory_working_set_bytes', labels: {}, value: Math.round((200 + saw) * MIB) },
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  #page(): string {
    const lines = this.samples(Date.now() / 1_000).map(({ name, labels, value }) => {
      const text = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
      return `${name}{${text.join(',')}} ${value}\n`;
    });
    return lines.join('');
  }
}

export class SyntheticFleet implements AsyncDisposable {
  readonly processes: readonly SyntheticProcess[];
  /** When set, Discord answers no heartbeat of any shard within this many seconds. */
  heartbeatSeconds = 0.1;

  constructor({ shards, consumers, containers }: FleetSize) {
    const gateways = Math.ceil(shards / SHARDS_PER_GATEWAY);
    this.processes = Array.from({ length: containers }, (_, index) => {
      if (index < gateways) return new SyntheticProcess('gateway', () => this.#gateway(index, shards));
      if (index === gateways) return new SyntheticProcess('exporter', (now) => exporter(consumers, now));
      return new SyntheticProcess('worker', (now) => worker(index % consumers, now));
    });
  }

  async listen(): Promise<void> {
    await Promise.all(this.processes.map(async (each) => each.listen()));
  }

  targets(role: Role): string[] {
    return this.processes.filter((each) => each.role === role).map(({ target }) => target);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map(async (each) => each[Symbol.asyncDispose]()));
  }

  #gateway(ordinal: number, shards: number): Sample[] {
    const first = ordinal * SHARDS_PER_GATEWAY;
    const ids = Array.from(
      { length: Math.min(SHARDS_PER_GATEWAY, shards - first) },
      (_, index) => first + index,
    );
    return [
      { name: 'discord_shards_configured', labels: {}, value: shards },
      ...ids.flatMap((id) => shard(String(id), this.heartbeatSeconds)),
    ];
  }
}

function shard(id: string, heartbeatSeconds: number): Sample[] {
  const labels = { shard: id };
  return [
    { name: 'discord_shard_up', labels, value: 1 },
    { name: 'discord_shard_heartbeat_latency_seconds', labels, value: heartbeatSeconds },
    { name: 'discord_shard_event_gap_seconds', labels, value: 2 },
    { name: 'discord_shard_guilds', labels, value: 1_000 },
    ...STATES.map((state) => ({
      name: 'discord_shard_state',
      labels: { ...labels, state },
      value: Number(state === 'ready'),
    })),
  ];
}

function exporter(consumers: number, now: number): Sample[] {
  const handled = Math.round(now * 10);
  return [
    { name: 'jetstream_exporter_up', labels: {}, value: 1 },
    { name: 'jetstream_stream_last_seq', labels: { stream_name: 'DISCORD_DEAD' }, value: 40 },
    ...Array.from({ length: consumers }, (_, index) => {
      const labels = { stream_name: 'DISCORD_EVENTS', consumer_name: `consumer-${index}` };
      const values = {
        num_pending: 5,
        num_ack_pending: 20 + (handled % 7),
        delivered_stream_seq: handled,
        ack_floor_stream_seq: handled - 20,
        deliveries_total: handled,
        redeliveries_total: Math.round(handled / 100),
        max_deliveries_total: 0,
      };
      return Object.entries(values).map(([name, value]) => ({
        name: `jetstream_consumer_${name}`,
        labels,
        value,
      }));
    }).flat(),
  ];
}

function worker(consumer: number, now: number): Sample[] {
  const consumer_name = `consumer-${consumer}`;
  const handled = Math.round(now * 10);
  return [
    { name: 'worker_deliveries_total', labels: { consumer_name, redelivered: 'false' }, value: handled },
    {
      name: 'worker_deliveries_total',
      labels: { consumer_name, redelivered: 'true' },
      value: Math.round(handled / 100),
    },
    ...['worker', 'mover'].flatMap((path) =>
      ['present', 'gone'].map((payload) => ({
        name: 'worker_dead_letters_total',
        labels: { consumer_name, path, payload },
        value: 0,
      })),
    ),
  ];
}
