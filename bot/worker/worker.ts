import { Registry } from 'prom-client';

import { registerContainerMemory } from '../../exporters/memory/memory-metrics.ts';
import { startHttp } from '../../runtime/http.ts';
import type { ProcessContext } from '../../runtime/lifecycle.ts';
import { NatsConnectionState } from '../../runtime/nats/connection-state.ts';
import { connectNats, onNatsClosed } from '../../runtime/nats/connect-nats.ts';
import { registerProcessMetrics } from '../../runtime/process-metrics.ts';
import { processTelemetry } from '../../runtime/telemetry/process-telemetry.ts';
import { ensureStreams } from '../ensure-streams.ts';
import { openManager } from '../open-manager.ts';
import { PayloadBucket } from '../payload-bucket.ts';
import { CONSUMERS, MOVER_CONSUMER, STREAMS } from '../streams.ts';
import { checkToken } from './check-token.ts';
import type { WorkerConfig } from './config.ts';
import { Buckets } from './consume/buckets.ts';
import { closeConnection } from './consume/close-connection.ts';
import { ConsumerLoops } from './consume/consumer-loops.ts';
import { EventProcessor } from './consume/event-processor.ts';

import { DeadLetterIndex } from './dead/dead-letter-index.ts';
import { DeadLetterMover } from './dead/dead-letter-mover.ts';
import { DeadLetters } from './dead/dead-letters.ts';
import type { Handlers } from './handler.ts';
import { DiscordRest } from './rest/rest-client.ts';
import { registerWorkerMetrics } from './worker-metrics.ts';

export const STOP_DEADLINE_MS = 10_000;
/** The rest is for interrupted handlers and for closing. */
const HANDLERS_STOP_MS = STOP_DEADLINE_MS - 3_000;
/** One after the other: each looks at all dead letters of its consumer. */
const MOVER_CONCURRENCY = 1;

/** Wires the parts in the order in which they depend on each other; they stop in reverse. */
export async function startWorker(
  config: WorkerConfig,
  handlers: Handlers,
  context: ProcessContext,
): Promise<void> {
  const { log } = context;
  const startedAtMs = performance.now();
  const registry = new Registry();
  registerProcessMetrics(registry, 'worker', config.version);
  registerContainerMemory(registry);
  const telemetry = await processTelemetry('worker', config.telemetry, context);

  const connection = await connectNats(config.nats, 'worker', log, context.stopping);
  onNatsClosed(connection, (error) => context.fail(error));
  const state = new NatsConnectionState(connection);
  const metrics = registerWorkerMetrics(registry, config.consumers, (consumer) => loops.inFlight(consumer));
  const rest = new DiscordRest({
    apiUrl: config.apiUrl,
    token: config.token,
    requests: metrics.restRequests,
    onTokenRejected: (error) => context.fail(error),
  });
  context.defer('rest', () => rest.close());
  context.defer('nats', async () => closeConnection(connection, state.connected));
  const jetstream = connection.jetstream();
  const manager = await openManager(connection);
  await ensureStreams(manager, STREAMS, { replicas: config.replicas }, log);
  await checkToken(rest, log);

  const onRenewal = (consumer: string) => metrics.renewals.inc({ consumer_name: consumer });
  const loops = new ConsumerLoops({ connection, state, manager, onRenewal, log });
  const deadLetters = new DeadLetters(jetstream, metrics);
  const processors: EventProcessor[] = [];
  const shared = {
    rest,
    jetstream,
    buckets: new Buckets(jetstream, config.replicas),
    settings: config.handlers,
    stats: () => ({
      uptimeMs: performance.now() - startedAtMs,
      handled: sum(processors.map(({ handled }) => handled)),
      inFlight: sum(config.consumers.map((consumer) => loops.inFlight(consumer))),
    }),
  };
  const payloads = new PayloadBucket(jetstream, config.replicas);
  for (const consumer of config.consumers) {
    await loops.add(CONSUMERS[consumer], config.concurrency, ({ config: live }) => {
      const maxDeliver = live.max_deliver ?? CONSUMERS[consumer].max_deliver;
      const processor = new EventProcessor({
        consumer,
        handler: handlers[consumer],
        maxDeliver,
        shared,
        payloads,
        deadLetters,
        metrics,
        telemetry,
        log: log.child({ consumer }),
      });
      processors.push(processor);
      return async (message, info, signal) => processor.handle(message, info, signal);
    });
  }
  const index = new DeadLetterIndex(jetstream, manager);
  const mover = new DeadLetterMover({ manager, index, deadLetters, log });
  await loops.add(
    MOVER_CONSUMER,
    MOVER_CONCURRENCY,
    () => async (message, info) => mover.handle(message, info),
  );

  const stopping = { name: 'stopping', problem: () => (context.stopping.aborted ? 'stopping' : undefined) };
  const http = await startHttp({
    port: config.port,
    registry,
    live: [loops.live()],
    ready: [...loops.ready(), stopping],
    log,
  });
  context.defer('http', async () => http.close());
  context.defer('consumers', async () => {
    const unanswered = await loops.stop(HANDLERS_STOP_MS);
    if (unanswered > 0) log.warn({ unanswered }, 'events were not finished and will be delivered again');
  });
  loops.start();
  log.info({ consumers: config.consumers, concurrency: config.concurrency }, 'consuming');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
