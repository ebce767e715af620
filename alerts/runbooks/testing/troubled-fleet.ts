import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ConsumerInfo, StreamInfo } from 'nats';
import type { Registry } from 'prom-client';

import { CONSUMER_NAMES, CONSUMERS, STREAMS } from '../../../bot/streams.ts';
import { OUTCOMES, type WorkerMetrics } from '../../../bot/worker/worker-metrics.ts';
import type { JetStreamReading } from '../../../exporters/jetstream/jetstream-collector.ts';
import { CgroupTree } from '../../../exporters/memory/testing/cgroup-tree.ts';
import type { FleetReading, ShardReading } from '../../../exporters/shards/shard-metrics.ts';
import { exporterRegistry, gatewayRegistry, workerRegistry } from './exported-metrics.ts';

const SHARDS_PER_GATEWAY = 4;
const INSTANCES = [0, 1] as const;
const MIB = 1024 ** 2;
const CGROUP = 'sys/fs/cgroup';

export type Job = 'gateway' | 'worker' | 'exporter';

/**
 * Two processes of each kind with the families that they really have, and with every trouble that runbooks
 * ask about: each scrape finds more of it than the one before.
 */
export class TroubledFleet implements AsyncDisposable {
  readonly #tree = new CgroupTree(['0::/'], ['/ /sys/fs/cgroup cgroup2']);
  readonly #servers = new Map<Job, Server[]>();
  #scrapes = 0;

  static async start(): Promise<TroubledFleet> {
    const fleet = new TroubledFleet();
    await Promise.all(
      (['gateway', 'worker', 'exporter'] as const).map(async (job) => {
        const servers = INSTANCES.map((index) => fleet.#serve(fleet.#registry(job, index)));
        fleet.#servers.set(job, await Promise.all(servers));
      }),
    );
    return fleet;
  }

  targets(job: Job): string[] {
    const servers = this.#servers.get(job) ?? [];
    return servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [...this.#servers.values()].flat()) {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
    this.#tree[Symbol.dispose]();
  }

  #registry(job: Job, index: number): () => Registry {
    const memory = this.#tree;
    if (job === 'exporter') {
      const registry = exporterRegistry(async () => jetStreamReading(this.#scrapes), memory);
      return () => registry;
    }
    if (job === 'gateway') {
      const registry = gatewayRegistry(() => fleetReading(index, this.#scrapes), memory);
      return () => registry;
    }
    const { registry, metrics } = workerRegistry(memory);
    return () => {
      work(metrics);
      return registry;
    };
  }

  async #serve(registry: () => Registry): Promise<Server> {
    const server = createServer((_, response) => {
      this.#scrapes += 1;
      this.#tree.v2(CGROUP, {
        usage: (400 + this.#scrapes) * MIB,
        limit: String(2_048 * MIB),
        oomKills: this.#scrapes,
      });
      this.#tree.pressure(CGROUP, this.#scrapes * 1e6, this.#scrapes * 1e6);
      void registry()
        .metrics()
        .then((text) => response.end(text));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }
}

function fleetReading(index: number, count: number): FleetReading {
  const ids = Array.from({ length: SHARDS_PER_GATEWAY }, (_, offset) => index * SHARDS_PER_GATEWAY + offset);
  return {
    shards: ids.map((id) => shardReading(id, count)),
    expected: SHARDS_PER_GATEWAY,
    configured: INSTANCES.length * SHARDS_PER_GATEWAY,
    recommended: INSTANCES.length * SHARDS_PER_GATEWAY,
    sessionStartsRemaining: 1_000 - count,
    infoFailures: count,
    identifyBlocked: true,
    eventsByType: new Map([['MESSAGE_CREATE', 100 * count]]),
  };
}

/** Shard 6 is down. */
function shardReading(id: number, count: number): ShardReading {
  return {
    id,
    state: id === 6 ? 'identifying' : 'ready',
    heartbeatLatencySeconds: 3,
    eventGapSeconds: 40,
    guilds: 10,
    events: 100 * count,
    sequenceGaps: count,
    eventsLost: count,
    sessionsLost: count,
    identifies: count,
    resumes: count,
    closes: new Map([['4000', count]]),
  };
}

function work({
  deliveries,
  events,
  deadLetters,
  renewals,
  restRequests,
  ...histograms
}: WorkerMetrics): void {
  for (const consumer_name of CONSUMER_NAMES) {
    deliveries.inc({ consumer_name, redelivered: 'false' }, 1_000);
    deliveries.inc({ consumer_name, redelivered: 'true' }, 100);
    for (const outcome of OUTCOMES) events.inc({ consumer_name, outcome }, 10);
    deadLetters.inc({ consumer_name, path: 'mover', payload: 'gone' });
    renewals.inc({ consumer_name });
    histograms.handlerSeconds.observe({ consumer_name }, 0.02);
    histograms.eventAgeSeconds.observe({ consumer_name }, 0.05);
  }
  for (const status of ['200', '429', 'failed'])
    restRequests.inc({ method: 'POST', route: '/channels/:id', status });
}

function jetStreamReading(count: number): JetStreamReading {
  const streams = STREAMS.map(
    ({ name, max_bytes }) =>
      ({
        config: { name, max_bytes, max_msgs: -1, num_replicas: 1 },
        state: { messages: count, bytes: count * MIB, first_seq: 1, last_seq: count, consumer_count: 1 },
      }) as StreamInfo,
  );
  const counters = {
    deliveries: 1_100 * count,
    redeliveries: 100 * count,
    ackWaitExpirations: count,
    maxDeliveries: count,
    naks: count,
    terminations: count,
  };
  const consumers = Object.values(CONSUMERS).map(({ stream, durable_name: name }) => {
    const info = {
      stream_name: stream,
      name,
      delivered: { consumer_seq: 1, stream_seq: 1 },
      ack_floor: { consumer_seq: 1, stream_seq: 1 },
      num_pending: 2_000 + count,
      num_ack_pending: 50,
      num_redelivered: 1,
      num_waiting: 0,
    };
    return { info: info as ConsumerInfo, counters };
  });
  return {
    takenAtMs: Date.now(),
    streams,
    consumers,
    missing: { streams: 0, consumers: 0 },
    advisoriesPending: 0,
  };
}
