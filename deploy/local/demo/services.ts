import { join } from 'node:path';

import { FAKE_TOKEN } from '../../../bot/simulator/options.ts';
import { CONSUMER_NAMES } from '../../../bot/streams.ts';
import type { DemoConfig } from './config.ts';
import { alertmanager, prometheus } from './monitoring.ts';
import type { DemoOptions } from './options.ts';
import type { ServiceSpec } from './supervised-service.ts';

export interface ServicePlan {
  readonly options: DemoOptions;
  readonly config: DemoConfig;
  /** Paths of the programs that are not ours. */
  readonly programs: Readonly<Record<'nats-server' | 'prometheus' | 'alertmanager', string>>;
  readonly folder: string;
  /** Where Alertmanager sends what people should know. */
  readonly pagesUrl: string;
  /** `host:port` of a service of an earlier tier. */
  readonly addressOf: (name: string) => string;
}

export interface Tier {
  readonly name: string;
  readonly services: (plan: ServicePlan) => readonly ServiceSpec[];
}

export const NATS = 'nats-server';
export const SIMULATOR = 'simulator';
export const GATEWAYS = 2;

const SIMULATOR_GUILDS = 400;
/** Large bots are given 16; at 1 eight shards would take 40 s to identify. */
const SIMULATOR_MAX_CONCURRENCY = 16;

const EXPORTER = 'exporter';
const GATEWAY_NAMES = Array.from({ length: GATEWAYS }, (_, ordinal) => `gateway-${ordinal}`);
/** What Prometheus scrapes, by the names of jobs that the rules know. */
const JOBS = { gateway: GATEWAY_NAMES, worker: CONSUMER_NAMES, exporter: [EXPORTER] } as const;

/**
 * Everything that the demo runs. Tiers start in this order, the services of one together, and stop
 * in the reverse order: gateways first, so that what they took is still stored and handled.
 * To add a process, add an entry.
 */
export const TIERS: readonly Tier[] = [
  { name: 'bus', services: (plan) => [natsServer(plan)] },
  { name: 'discord', services: (plan) => (plan.config.discordToken ? [] : [simulator(plan)]) },
  { name: 'exporter', services: (plan) => [exporter(plan)] },
  { name: 'workers', services: (plan) => CONSUMER_NAMES.map((consumer) => worker(plan, consumer)) },
  {
    name: 'gateways',
    services: (plan) => GATEWAY_NAMES.map((_, ordinal) => gateway(plan, ordinal)),
  },
  { name: 'alertmanager', services: (plan) => [alertmanager(plan)] },
  { name: 'prometheus', services: (plan) => [prometheus(plan, JOBS)] },
];

function natsServer({ programs, folder }: ServicePlan): ServiceSpec {
  return {
    name: NATS,
    command: programs['nats-server'],
    args: (port) => ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'store')],
    env: () => ({}),
    isListening: (line) => line.includes('Server is ready'),
    pages: [],
  };
}

function simulator({ options, config }: ServicePlan): ServiceSpec {
  return {
    ...nodeProcess('bot/simulator/main.ts'),
    name: SIMULATOR,
    env: (port) => ({
      ...config.passedOn,
      PORT: String(port),
      SIMULATOR_TOKEN: FAKE_TOKEN,
      SIMULATOR_SHARDS: String(options.shards),
      SIMULATOR_MAX_CONCURRENCY: String(SIMULATOR_MAX_CONCURRENCY),
      SIMULATOR_GUILDS: String(SIMULATOR_GUILDS),
      SIMULATOR_RATE: String(options.eventsPerSecond),
      // The whole ledger is only needed, and only fits, where the run has an end.
      SIMULATOR_LEDGER: options.forMs === undefined ? 'counts' : 'full',
    }),
    pages: ['/control/status'],
  };
}

function exporter({ config, addressOf }: ServicePlan): ServiceSpec {
  return {
    ...nodeProcess('exporters/main.ts'),
    name: EXPORTER,
    env: (port) => ({ ...config.passedOn, PORT: String(port), NATS_URL: `nats://${addressOf(NATS)}` }),
  };
}

function worker(plan: ServicePlan, consumer: string): ServiceSpec {
  return {
    ...nodeProcess('bot/worker/main.ts'),
    name: consumer,
    env: (port) => ({ ...botEnvironment(plan, port), WORKERS: consumer }),
  };
}

function gateway(plan: ServicePlan, ordinal: number): ServiceSpec {
  const { shards } = plan.options;
  return {
    ...nodeProcess('bot/gateway/main.ts'),
    name: GATEWAY_NAMES[ordinal] ?? '',
    env: (port) => ({
      ...botEnvironment(plan, port),
      SHARD_COUNT: String(shards),
      SHARDS_PER_PROCESS: String(Math.ceil(shards / GATEWAYS)),
      SHARD_ID: String(ordinal),
    }),
  };
}

function botEnvironment({ config, addressOf }: ServicePlan, port: number): Record<string, string> {
  const simulated = !config.discordToken;
  const apiUrl = simulated ? `http://${addressOf(SIMULATOR)}/api` : config.discordApiUrl;
  return {
    ...config.passedOn,
    PORT: String(port),
    NATS_URL: `nats://${addressOf(NATS)}`,
    DISCORD_TOKEN: simulated ? FAKE_TOKEN : config.discordToken,
    ...(apiUrl && { DISCORD_API_URL: apiUrl }),
  };
}

function nodeProcess(script: string) {
  return {
    command: process.execPath,
    args: () => [script],
    isListening: (line: string) => line.startsWith('{') && / listening"/.test(line),
    pages: ['/metrics', '/health'],
  };
}
