import type { ConsumerInfo, StreamInfo } from 'nats';
import { Registry } from 'prom-client';

import { registerPublishMetrics } from '../../../bot/gateway/publish/publish-metrics.ts';
import { registerLeaseMetrics } from '../../../bot/gateway/strategy/lease-metrics.ts';
import { SHARD_STATES } from '../../../bot/gateway/shard/shard-activity.ts';
import type { ConsumerName } from '../../../bot/streams.ts';
import { parseScrape, type Scrape } from '../../../bot/testing/scrape.ts';
import { OUTCOMES, registerWorkerMetrics } from '../../../bot/worker/worker-metrics.ts';
import type { JetStreamReading } from '../../../exporters/jetstream/jetstream-collector.ts';
import {
  registerCollectHistogram,
  registerJetStreamMetrics,
} from '../../../exporters/jetstream/jetstream-metrics.ts';
import { CgroupTree } from '../../../exporters/memory/testing/cgroup-tree.ts';
import { registerContainerMemory } from '../../../exporters/memory/memory-metrics.ts';
import {
  registerHeartbeatHistogram,
  registerShardMetrics,
  type ShardReading,
} from '../../../exporters/shards/shard-metrics.ts';
import { registerProcessMetrics } from '../../../runtime/process-metrics.ts';

/** Needles: each must be seen in the haystack that it is in. */
export interface Needles {
  readonly downShard: number;
  readonly slowShard: number;
  readonly deafShard: number;
  readonly lateConsumer: string;
  /** Of the workers. */
  readonly fullWorker: number;
}

/** What a process says of itself at the beginning and at the end of a time. */
export type BothEnds = readonly [begin: Scrape, end: Scrape];

const MIB = 1024 ** 2;
const LIMIT_MIB = 512;
const CGROUP = 'sys/fs/cgroup';

/** @param seconds between both ends */
export async function gatewayScrapes(
  shards: readonly number[],
  configured: number,
  needles: Needles,
  seconds: number,
): Promise<BothEnds> {
  let passed = 0;
  const { registry, memory } = newRegistry('gateway');
  const publish = registerPublishMetrics(registry, () => 3);
  const beat = registerHeartbeatHistogram(registry);
  registerShardMetrics(registry, SHARD_STATES, () => ({
    shards: shards.map((id) => shardReading(id, passed, needles)),
    expected: shards.length,
    configured,
    recommended: configured,
    sessionStartsRemaining: 900 - passed / 60,
    infoFailures: 0,
    identifyBlocked: false,
    eventsByType: new Map(
      ['MESSAGE_CREATE', 'VOICE_STATE_UPDATE', 'INTERACTION_CREATE'].map((type) => [type, 20 * passed]),
    ),
  }));
  registerLeaseMetrics(registry, () => ({
    epochs: new Map(shards.map((id) => [id, 7])),
    secondsLeft: 20,
    lost: 0,
    failures: 0,
    gateways: 1,
  }));
  return atBothEnds(registry, memory, seconds, () => {
    passed = seconds;
    for (let second = 0; second < seconds; second += 1) {
      publish.onAck(0.001 * (1 + (second % 40)), second % 100 === 0);
      beat(0.05 + 0.01 * (second % 10));
    }
    publish.onFailure();
  });
}

export async function workerScrapes(
  index: number,
  consumers: readonly string[],
  needles: Needles,
  seconds: number,
): Promise<BothEnds> {
  const { registry, memory } = newRegistry('worker');
  const metrics = registerWorkerMetrics(registry, consumers as ConsumerName[], () => 2);
  const share = index === needles.fullWorker ? 0.97 : 0.4;
  return atBothEnds(
    registry,
    memory,
    seconds,
    () => {
      for (const consumer_name of consumers) {
        metrics.deliveries.inc({ consumer_name, redelivered: 'false' }, 5 * seconds);
        metrics.deliveries.inc({ consumer_name, redelivered: 'true' }, seconds / 10);
        for (const outcome of OUTCOMES) metrics.events.inc({ consumer_name, outcome }, seconds);
        metrics.deadLetters.inc({ consumer_name, path: 'worker', payload: 'present' }, 3);
        for (let second = 0; second < seconds; second += 4) {
          metrics.handlerSeconds.observe({ consumer_name }, 0.005 * (1 + (second % 30)));
          metrics.eventAgeSeconds.observe({ consumer_name }, 0.01 * (1 + (second % 30)));
        }
      }
    },
    () => {
      // Such series begin with the first answer, here before the time.
      for (const [method, route] of [
        ['POST', '/channels/:id/messages'],
        ['DELETE', '/channels/:id/messages/:id'],
      ] as const) {
        for (const status of ['200', '429', '500'])
          metrics.restRequests.inc({ method, route, status }, seconds / 10);
      }
    },
    share,
  );
}

export async function exporterScrapes(
  consumers: readonly string[],
  needles: Needles,
  seconds: number,
): Promise<BothEnds> {
  let passed = 0;
  const { registry, memory } = newRegistry('exporter');
  const collected = registerCollectHistogram(registry);
  registerJetStreamMetrics(registry, async () => jetStreamReading(consumers, needles, passed));
  return atBothEnds(registry, memory, seconds, () => {
    passed = seconds;
    for (let second = 0; second < seconds; second += 15) collected(0.005 + (second % 10) / 1_000);
  });
}

function newRegistry(component: string): { registry: Registry; memory: CgroupTree } {
  const registry = new Registry();
  const memory = new CgroupTree(['0::/'], ['/ /sys/fs/cgroup cgroup2']);
  registerProcessMetrics(registry, component, '1.0.0');
  registerContainerMemory(registry, memory);
  return { registry, memory };
}

/** @param work done between both ends; `early` before the first as well */
async function atBothEnds(
  registry: Registry,
  memory: CgroupTree,
  seconds: number,
  work: () => void,
  early: () => void = () => undefined,
  memoryShare = 0.4,
): Promise<BothEnds> {
  try {
    const read = async (oomKills: number, pressureSeconds: number) => {
      memory.v2(CGROUP, {
        usage: Math.round(LIMIT_MIB * memoryShare) * MIB,
        limit: String(LIMIT_MIB * MIB),
        oomKills,
      });
      memory.pressure(CGROUP, pressureSeconds * 1e6, pressureSeconds * 1e6);
      return parseScrape(await registry.metrics());
    };
    early();
    const begin = await read(0, 0);
    early();
    work();
    return [begin, await read(1, seconds / 100)];
  } finally {
    memory[Symbol.dispose]();
  }
}

function shardReading(
  id: number,
  passed: number,
  { downShard, slowShard, deafShard }: Needles,
): ShardReading {
  const isDown = id === downShard;
  return {
    id,
    state: isDown ? 'identifying' : 'ready',
    heartbeatLatencySeconds: isDown ? undefined : id === slowShard ? 3.2 : 0.08 + (id % 10) / 100,
    eventGapSeconds: isDown ? undefined : id === deafShard ? 200 : 1 + (id % 5),
    guilds: isDown ? undefined : 1_000 + (id % 50),
    events: isDown ? 0 : (1 + (id % 7)) * passed,
    sequenceGaps: 0,
    eventsLost: 0,
    sessionsLost: 0,
    identifies: isDown ? Math.round(passed / 60) : 1,
    resumes: id % 100 === 0 ? Math.round(passed / 600) : 0,
    closes: new Map([['4000', id % 100 === 0 ? Math.round(passed / 600) : 0]]),
  };
}

function jetStreamReading(
  names: readonly string[],
  { lateConsumer }: Needles,
  passed: number,
): JetStreamReading {
  const streams = ['DISCORD_EVENTS', 'DISCORD_DEAD', 'TASKS', 'ADVISORIES'].map((name) => ({
    config: { name, max_bytes: 1024 * MIB, max_msgs: -1, num_replicas: 3 },
    state: {
      messages: 1_000 + passed,
      bytes: (100 + passed / 60) * MIB,
      first_seq: 1,
      last_seq: 10 * passed,
      consumer_count: 1,
    },
  })) as StreamInfo[];
  const consumers = names.map((name, index) => {
    const info = {
      stream_name: 'DISCORD_EVENTS',
      name,
      delivered: {
        consumer_seq: 11 * passed,
        stream_seq: 10 * passed,
        last_active: new Date().toISOString(),
      },
      ack_floor: {
        consumer_seq: 11 * passed,
        stream_seq: 10 * passed,
        last_active: new Date().toISOString(),
      },
      num_pending: name === lateConsumer ? 20_000 : index % 10,
      num_ack_pending: 5,
      num_redelivered: 1,
      num_waiting: 1 + (index % 3),
    };
    const counters = {
      deliveries: 11 * passed,
      redeliveries: passed / 10,
      ackWaitExpirations: Math.round(passed / 60),
      maxDeliveries: 0,
      naks: Math.round(passed / 60),
      terminations: 0,
    };
    return { info: info as unknown as ConsumerInfo, counters };
  });
  return {
    takenAtMs: Date.now(),
    streams,
    consumers,
    missing: { streams: 0, consumers: 0 },
    advisoriesPending: 0,
  };
}
