import { decimal, integer, oneOf, readEnv, secret, text, type Environment } from '../../runtime/env.ts';
import { LOG_LEVELS, type LogLevel } from '../../runtime/log.ts';
import { SIMULATOR_DEFAULTS, type SimulatorOptions } from './options.ts';
import { TRAFFIC_DEFAULTS } from './traffic/traffic.ts';

export interface SimulatorConfig {
  readonly logLevel: LogLevel;
  readonly simulator: Partial<SimulatorOptions>;
  /** Events per second from the start on; 0 waits for the control API. */
  readonly eventsPerSecond: number;
  readonly blockedRatio: number;
  readonly secrets: readonly string[];
}

const MAX_SHARDS = 100_000;
const MAX_GUILDS = 1_000_000;
const MAX_MS = 86_400_000;

export const SIMULATOR_VARIABLES = {
  LOG_LEVEL: oneOf(LOG_LEVELS, { default: 'info' }),
  SIMULATOR_HOST: text('an address to listen on', { default: SIMULATOR_DEFAULTS.host }),
  /** The name by which other containers know it, where SIMULATOR_HOST is 0.0.0.0. */
  SIMULATOR_PUBLIC_HOST: text('a host that clients can reach', { default: '' }),
  PORT: integer({ min: 0, max: 65_535, default: SIMULATOR_DEFAULTS.port }),
  SIMULATOR_RESUME_PORT: integer({ min: 0, max: 65_535, default: SIMULATOR_DEFAULTS.resumePort }),
  SIMULATOR_TOKEN: secret('the token to accept', { default: SIMULATOR_DEFAULTS.token }),
  SIMULATOR_SHARDS: integer({ min: 1, max: MAX_SHARDS, default: SIMULATOR_DEFAULTS.shards }),
  SIMULATOR_MAX_CONCURRENCY: integer({ min: 1, max: MAX_SHARDS, default: SIMULATOR_DEFAULTS.maxConcurrency }),
  SIMULATOR_GUILDS: integer({ min: 0, max: MAX_GUILDS, default: SIMULATOR_DEFAULTS.guilds }),
  SIMULATOR_RATE: decimal({ min: 0, max: 1_000_000, default: 0 }),
  SIMULATOR_BLOCKED_RATIO: decimal({ min: 0, max: 1, default: TRAFFIC_DEFAULTS.blockedRatio }),
  SIMULATOR_HEARTBEAT_MS: integer({ min: 100, max: MAX_MS, default: SIMULATOR_DEFAULTS.heartbeatIntervalMs }),
  SIMULATOR_SESSION_TIMEOUT_MS: integer({
    min: 1,
    max: MAX_MS,
    default: SIMULATOR_DEFAULTS.sessionTimeoutMs,
  }),
  SIMULATOR_SESSION_STARTS: integer({
    min: 0,
    max: 1_000_000,
    default: SIMULATOR_DEFAULTS.sessionStartLimit.total,
  }),
  SIMULATOR_LEDGER: oneOf(['full', 'bounded', 'counts'], { default: 'bounded' }),
  SIMULATOR_SEED: integer({ min: 0, max: 2 ** 31 - 1, default: SIMULATOR_DEFAULTS.seed }),
};

/** @throws {CodedError} CONFIG_INVALID with every fault */
export function readSimulatorConfig(env: Environment): SimulatorConfig {
  const values = readEnv(env, SIMULATOR_VARIABLES);
  const starts = values.SIMULATOR_SESSION_STARTS;
  return {
    logLevel: values.LOG_LEVEL,
    simulator: {
      host: values.SIMULATOR_HOST,
      ...(values.SIMULATOR_PUBLIC_HOST && { publicHost: values.SIMULATOR_PUBLIC_HOST }),
      port: values.PORT,
      resumePort: values.SIMULATOR_RESUME_PORT,
      token: values.SIMULATOR_TOKEN,
      shards: values.SIMULATOR_SHARDS,
      maxConcurrency: values.SIMULATOR_MAX_CONCURRENCY,
      sessionStartLimit: { total: starts, remaining: starts },
      guilds: values.SIMULATOR_GUILDS,
      heartbeatIntervalMs: values.SIMULATOR_HEARTBEAT_MS,
      sessionTimeoutMs: values.SIMULATOR_SESSION_TIMEOUT_MS,
      ledger: values.SIMULATOR_LEDGER,
      seed: values.SIMULATOR_SEED,
    },
    eventsPerSecond: values.SIMULATOR_RATE,
    blockedRatio: values.SIMULATOR_BLOCKED_RATIO,
    secrets: [values.SIMULATOR_TOKEN],
  };
}
