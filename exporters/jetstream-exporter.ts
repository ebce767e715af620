import type { NatsConnection } from 'nats';
import { Registry } from 'prom-client';

import { codeOf } from '../runtime/errors.ts';
import { startHttp } from '../runtime/http.ts';
import type { ProcessContext } from '../runtime/lifecycle.ts';
import { NatsConnectionState } from '../runtime/nats/connection-state.ts';
import { connectNats, onNatsClosed } from '../runtime/nats/connect-nats.ts';
import { registerProcessMetrics } from '../runtime/process-metrics.ts';
import { processTelemetry } from '../runtime/telemetry/process-telemetry.ts';
import type { ExporterConfig } from './config.ts';
import { JetStreamCollector } from './jetstream/jetstream-collector.ts';
import { registerContainerMemory } from './memory/memory-metrics.ts';
import { registerCollectHistogram, registerJetStreamMetrics } from './jetstream/jetstream-metrics.ts';
import { Selection } from './jetstream/selection.ts';

/** Serves from its first moment on: that NATS is away is what it is there to tell. */
export async function startJetStreamExporter(config: ExporterConfig, context: ProcessContext): Promise<void> {
  const { log } = context;
  const registry = new Registry();
  registerProcessMetrics(registry, 'exporter', config.version);
  registerContainerMemory(registry);
  await processTelemetry('exporter', config.telemetry, context);
  const onCollected = registerCollectHistogram(registry);
  let state: NatsConnectionState | undefined;
  let collector: JetStreamCollector | undefined;
  registerJetStreamMetrics(registry, async () => collector?.collect());

  const notConnected = () => (state?.connected ? undefined : 'not connected to NATS');
  const stopping = () => (context.stopping.aborted ? 'stopping' : undefined);
  const http = await startHttp({
    port: config.port,
    registry,
    live: [],
    ready: [
      { name: 'nats', problem: notConnected },
      { name: 'stopping', problem: stopping },
    ],
    log,
  });
  context.defer('http', async () => http.close());

  const connection = await connectPatiently(config, context);
  onNatsClosed(connection, (error) => context.fail(error));
  context.defer('nats', async () => connection.close());
  state = new NatsConnectionState(connection);
  collector = new JetStreamCollector({
    connection,
    connected: () => state?.connected ?? false,
    selection: new Selection(config.selection),
    advisoriesStream: config.advisoriesStream,
    timeoutMs: config.collectTimeoutMs,
    onCollected,
    log,
  });
  // Counting begins now, not at the first scrape.
  await collector.collect();
  log.info('exporting');
}

/** Waits for NATS as long as it takes; only a refusal ends the wait. */
async function connectPatiently(config: ExporterConfig, context: ProcessContext): Promise<NatsConnection> {
  for (;;) {
    try {
      return await connectNats(config.nats, 'jetstream-exporter', context.log, context.stopping);
    } catch (error) {
      if (codeOf(error) !== 'NATS_UNREACHABLE') throw error;
    }
  }
}
