import { REST } from '@discordjs/rest';
import { Registry } from 'prom-client';

import { registerContainerMemory } from '../../exporters/memory/memory-metrics.ts';
import { registerHeartbeatHistogram, registerShardMetrics } from '../../exporters/shards/shard-metrics.ts';
import { startHttp, type HealthCheck } from '../../runtime/http.ts';
import { runProcess, type ProcessContext } from '../../runtime/lifecycle.ts';
import { createLogger } from '../../runtime/log.ts';
import { connectNats, onNatsClosed } from '../../runtime/nats/connect-nats.ts';
import { registerProcessMetrics } from '../../runtime/process-metrics.ts';
import { processTelemetry } from '../../runtime/telemetry/process-telemetry.ts';
import { ensureStreams } from '../ensure-streams.ts';
import { EVENTS_STREAM } from '../events.ts';
import { openManager } from '../open-manager.ts';
import { PayloadBucket } from '../payload-bucket.ts';
import { STREAMS } from '../streams.ts';
import { readGatewayConfig, type GatewayConfig } from './config.ts';
import { connectionOptions } from './connection-options.ts';
import { Fleet } from './fleet.ts';
import { GatewayInfo } from './identify/gateway-info.ts';
import { IdentifyGate } from './identify/identify-gate.ts';
import { IdentifySlots } from './identify/identify-slots.ts';
import { InfoRefresh, refreshPace } from './identify/info-refresh.ts';
import { createFindStored } from './publish/find-stored.ts';
import { PUBLISHER_DEFAULTS } from './publish/publication.ts';
import { registerPublishMetrics } from './publish/publish-metrics.ts';
import { Publisher } from './publish/publisher.ts';
import { SessionSaver } from './session/session-saver.ts';
import { SessionStore } from './session/session-store.ts';
import { SHARD_STATES } from './shard/shard-activity.ts';
import { checkOrdinal, createStrategy } from './strategy/create-strategy.ts';
import { registerLeaseMetrics } from './strategy/lease-metrics.ts';

const STOP_DEADLINE_MS = 9_500;
const FLUSH_DEADLINE_MS = 5_000;
const JETSTREAM_TIMEOUT_MS = 2_000;

await runProcess({
  name: 'gateway',
  configure: () => readGatewayConfig(process.env),
  createLog: (config) =>
    createLogger({ component: 'gateway', level: config.logLevel, secrets: config.secrets }),
  stopDeadlineMs: STOP_DEADLINE_MS,
  start,
});

/** Wires the parts in the order in which they depend on each other; they stop in reverse. */
async function start(config: GatewayConfig, context: ProcessContext): Promise<void> {
  const { log } = context;
  const registry = new Registry();
  registerProcessMetrics(registry, 'gateway', config.version);
  registerContainerMemory(registry);
  const telemetry = await processTelemetry('gateway', config.telemetry, context);

  const info = new GatewayInfo(new REST({ api: config.apiUrl }), config.token);
  const bot = await info.fetchAtStart(log, context.stopping);
  checkOrdinal(config, bot.shards);
  const limits = new InfoRefresh({ info, pace: refreshPace(processCount(config, bot.shards)), log });
  const refreshing = limits.run(context.stopping);
  context.defer('gateway info', async () => refreshing);

  const connection = await connectNats(config.nats, `gateway-${config.shardId}`, log, context.stopping);
  onNatsClosed(connection, (error) => context.fail(error));
  // Nothing is left to drain: all is acknowledged by then, or will be replayed.
  context.defer('nats', async () => connection.close());
  const jetstream = connection.jetstream({ timeout: JETSTREAM_TIMEOUT_MS });
  const manager = await openManager(connection);
  await ensureStreams(manager, STREAMS, { replicas: config.replicas }, log);
  const findStored = createFindStored(jetstream);
  const store = await SessionStore.open(jetstream, config.replicas);
  const slots = await IdentifySlots.open(connection, jetstream, config.replicas, log);
  const gate = new IdentifyGate({ slots, info, reserveRatio: config.identifyReserveRatio, log });

  const metrics = registerPublishMetrics(registry, () => publisher.pending);
  const publisher = new Publisher({
    connection,
    options: { ...PUBLISHER_DEFAULTS, windowMessages: config.publishWindow },
    payloads: new PayloadBucket(jetstream, config.replicas),
    findStored,
    streamSequence: (await manager.streams.info(EVENTS_STREAM)).state.last_seq,
    metrics,
    log,
    onRoom: () => fleet.onRoom(),
  });
  context.defer('publisher', () => publisher.close());

  let shardsCheck: HealthCheck = { name: 'shards', problem: () => 'waiting for the lease store' };
  const http = await startHttp({
    port: config.port,
    registry,
    live: [],
    ready: [
      { name: 'nats', problem: () => (publisher.connected ? undefined : 'not connected to NATS') },
      { name: 'stopping', problem: () => (context.stopping.aborted ? 'stopping' : undefined) },
      { name: 'shards', problem: () => shardsCheck.problem() },
    ],
    log,
  });
  context.defer('http', async () => http.close());

  const { strategy, shardCount, leases } = await createStrategy({
    config,
    recommended: bot.shards,
    connection,
    log,
    stopping: context.stopping,
    onFatal: (error) => context.fail(error),
  });
  const fleet = new Fleet({
    shard: {
      count: shardCount,
      connectionOptions: () => connectionOptions(config, info.last ?? bot, shardCount),
      publisher,
      gate,
      findStored,
      telemetry,
      log,
      observeHeartbeat: registerHeartbeatHistogram(registry),
      onSessionChange: (session) => saver.save(session),
      onFatal: (error) => context.fail(error),
    },
    inherit: { store, findStored, shardCount, log },
    gate,
    limits,
    strategy,
    saver: () => saver,
  });
  const saver = new SessionSaver(store, () => fleet.sessions(), log);
  registerShardMetrics(registry, SHARD_STATES, () => fleet.reading());

  if (leases) registerLeaseMetrics(registry, () => leases.reading);
  shardsCheck = fleet.readiness;
  context.defer('shards', async () => {
    await fleet.stop();
    const stored = await publisher.flush(FLUSH_DEADLINE_MS);
    if (!stored) log.warn({ pending: publisher.pending }, 'not all is stored: the next process replays it');
    await saver.close();
    await strategy.stop();
  });
  log.info({ shards: strategy.expected, shardCount }, 'connecting shards');
  await strategy.start(fleet);
}

/** How many processes the bot needs; with leases there may be more. */
function processCount({ shardCount, shardsPerProcess }: GatewayConfig, recommended: number): number {
  const count = shardCount === 'auto' ? recommended : shardCount;
  return shardsPerProcess === 'all' ? 1 : Math.ceil(count / shardsPerProcess);
}
