import { Registry } from 'prom-client';

import { registerPublishMetrics } from '../../../bot/gateway/publish/publish-metrics.ts';
import { registerLeaseMetrics } from '../../../bot/gateway/strategy/lease-metrics.ts';
import { SHARD_STATES } from '../../../bot/gateway/shard/shard-activity.ts';
import { CONSUMER_NAMES } from '../../../bot/streams.ts';
import { registerWorkerMetrics } from '../../../bot/worker/worker-metrics.ts';
import {
  registerCollectHistogram,
  registerJetStreamMetrics,
} from '../../../exporters/jetstream/jetstream-metrics.ts';
import type { JetStreamReading } from '../../../exporters/jetstream/jetstream-collector.ts';
import type { ContainerMemoryOptions } from '../../../exporters/memory/container-memory.ts';
import { registerContainerMemory } from '../../../exporters/memory/memory-metrics.ts';
import {
  registerHeartbeatHistogram,
  registerShardMetrics,
  type FleetReading,
} from '../../../exporters/shards/shard-metrics.ts';
import { registerProcessMetrics } from '../../../runtime/process-metrics.ts';

/** Registers what a gateway does, with these readings. */
export function gatewayRegistry(
  readFleet: () => FleetReading,
  memory: ContainerMemoryOptions = {},
): Registry {
  const registry = new Registry();
  registerProcessMetrics(registry, 'gateway', 'dev');
  registerContainerMemory(registry, memory);
  registerPublishMetrics(registry, () => 0).onAck(0.001, false);
  registerHeartbeatHistogram(registry)(0.1);
  registerShardMetrics(registry, SHARD_STATES, readFleet);
  registerLeaseMetrics(registry, () => ({
    epochs: new Map([[0, 1]]),
    secondsLeft: 20,
    lost: 0,
    failures: 0,
    gateways: 1,
  }));
  return registry;
}

export function workerRegistry(memory: ContainerMemoryOptions = {}) {
  const registry = new Registry();
  registerProcessMetrics(registry, 'worker', 'dev');
  registerContainerMemory(registry, memory);
  return { registry, metrics: registerWorkerMetrics(registry, CONSUMER_NAMES, () => 1) };
}

export function exporterRegistry(
  collect: () => Promise<JetStreamReading | undefined>,
  memory: ContainerMemoryOptions = {},
): Registry {
  const registry = new Registry();
  registerProcessMetrics(registry, 'exporter', 'dev');
  registerContainerMemory(registry, memory);
  registerCollectHistogram(registry)(0.01);
  registerJetStreamMetrics(registry, collect);
  return registry;
}

/** Names of all series that our processes can export. */
export function exportedNames(): Set<string> {
  const registries = [
    gatewayRegistry(() => {
      throw new Error('not read for its names');
    }),
    workerRegistry().registry,
    exporterRegistry(async () => undefined),
  ];
  const names = new Set<string>();
  for (const { name, type } of registries.flatMap((registry) => registry.getMetricsAsArray())) {
    names.add(name);
    if (String(type) !== 'histogram') continue;
    for (const part of ['bucket', 'sum', 'count']) names.add(`${name}_${part}`);
  }
  return names;
}
