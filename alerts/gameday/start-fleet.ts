import { connect } from 'nats';

import { startSimulator } from '../../bot/simulator/simulator.ts';
import { TEST_TOKEN } from '../../bot/testing/pipeline.ts';
import { Alertmanager } from '../../deploy/local/alertmanager.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { PageReceiver } from '../../deploy/local/page-receiver.ts';
import { Prometheus } from '../../deploy/local/prometheus.ts';
import { alertmanagerConfig } from '../alertmanager/config-file.ts';
import { localReceivers } from '../alertmanager/local-receivers.ts';
import { DEFAULT_ALERTMANAGER } from '../alertmanager/settings.ts';
import { ruleFile } from '../rules/rule-file.ts';
import { Fleet } from './fleet.ts';
import { SHARDS, SHARDS_PER_GATEWAY, WORKERS } from './fleet-shape.ts';
import { Service } from './service.ts';
import type { Timing } from './timing.ts';

/** Long enough that an acknowledgement may be 6 s late without the connection being given up. */
const HEARTBEAT_MS = 10_000;
/** Longer than any fault lasts here: what is missed while a gateway is away is replayed. */
const SESSION_TIMEOUT_MS = 1_800_000;

/**
 * Resolves once all shards are up and no alert but the Watchdog is active.
 * @param gatewayEnv further variables of the gateways, such as another way to share the shards
 */
export async function startFleet(
  timing: Timing,
  signal: AbortSignal,
  gatewayEnv: Readonly<Record<string, string>> = {},
): Promise<Fleet> {
  await using starting = new AsyncDisposableStack();
  const nats = starting.use(await NatsServer.start());
  const simulator = await startSimulator({
    token: TEST_TOKEN,
    shards: SHARDS,
    maxConcurrency: 16,
    guilds: 200,
    heartbeatIntervalMs: HEARTBEAT_MS,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
  });
  starting.defer(async () => simulator.close());
  const env = { NATS_URL: nats.url, DISCORD_TOKEN: TEST_TOKEN, DISCORD_API_URL: simulator.apiUrl };
  const start = async (name: string, script: string, more: Readonly<Record<string, string>>) => {
    const service = await Service.start(name, script, { ...env, ...more });
    starting.defer(async () => service.end());
    return service;
  };
  const exporter = await start('exporter', 'exporters/main.ts', {});
  const workers: Service[] = [];
  for (const [name, consumers] of Object.entries(WORKERS)) {
    workers.push(await start(name, 'bot/worker/main.ts', { WORKERS: consumers.join(',') }));
  }
  const gateways: Service[] = [];
  for (let ordinal = 0; ordinal < SHARDS / SHARDS_PER_GATEWAY; ordinal += 1) {
    gateways.push(
      await start(`gateway-${ordinal}`, 'bot/gateway/main.ts', {
        SHARD_ID: String(ordinal),
        SHARD_COUNT: String(SHARDS),
        SHARDS_PER_PROCESS: String(SHARDS_PER_GATEWAY),
        ...gatewayEnv,
      }),
    );
  }
  const connection = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 250 });
  starting.defer(async () => connection.close());
  const pages = starting.use(await PageReceiver.start());
  const alertmanager = starting.use(
    await Alertmanager.start({
      config: alertmanagerConfig(
        {
          ...DEFAULT_ALERTMANAGER,
          receivers: localReceivers(pages.url),
          timing: timing.alertmanager,
        },
        timing.settings,
      ),
    }),
  );
  const addresses = (services: readonly Service[]) => services.map(({ address }) => address);
  const { scrapeInterval, evaluationInterval } = timing.settings.prometheus;
  const prometheus = starting.use(
    await Prometheus.start({
      jobs: {
        gateway: addresses(gateways),
        worker: addresses(workers),
        exporter: addresses([exporter]),
      },
      rules: ruleFile(timing.settings),
      alertmanager: alertmanager.address,
      scrapeInterval,
      evaluationInterval,
    }),
  );
  const resources = starting.move();
  const fleet = new Fleet({
    timing,
    simulator,
    gateways,
    workers,
    exporter,
    prometheus,
    pages,
    nats,
    connection,
    resources,
  });
  try {
    await fleet.allShardsUp();
    fleet.traffic({});
    await fleet.settled(signal);
    return fleet;
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}
