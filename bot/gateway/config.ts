import { unescape } from 'node:querystring';

import { GatewayIntentBits } from 'discord-api-types/v10';

import { RUNTIME_VARIABLES, runtimeConfig, secretsOf, type RuntimeConfig } from '../../runtime/config.ts';
import { DEFAULT_PORTS } from '../../runtime/default-ports.ts';
import {
  decimal,
  integer,
  integerOr,
  invalidConfig,
  oneOf,
  readEnv,
  secret,
  url,
  type Environment,
} from '../../runtime/env.ts';
import { PUBLISHER_DEFAULTS } from './publish/publication.ts';
import { DEFAULT_STALE_MS } from './strategy/lease-times.ts';

export const SHARD_STRATEGIES = ['ordinal', 'postgres_coordination', 'nats_kv'] as const;
export type ShardStrategyName = (typeof SHARD_STRATEGIES)[number];

export interface GatewayConfig extends RuntimeConfig {
  readonly port: number;
  readonly token: string;
  /** Up to and without the version: https://discord.com/api */
  readonly apiUrl: string;
  /** auto: what `/gateway/bot` recommends. */
  readonly shardCount: number | 'auto';
  /** The ordinal of this process: it owns `[shardId * k, shardId * k + k)`, unless shards are leased. */
  readonly shardId: number;
  /** With leases the most that this process takes. */
  readonly shardsPerProcess: number | 'all';
  readonly shardStrategy: ShardStrategyName;
  /** Of PostgreSQL, password included; empty where it is not used. */
  readonly databaseUrl: string;
  /** How long a process may be silent before others take its shards over, in milliseconds. */
  readonly leaseStaleMs: number;
  readonly intents: number;
  readonly compression: 'none' | 'zlib';
  readonly publishWindow: number;
  /** Share of the daily session starts that is never used. */
  readonly identifyReserveRatio: number;
  readonly replicas: number;
  readonly secrets: readonly string[];
}

/** What the reference handlers need; content and members are privileged. */
const DEFAULT_INTENTS =
  GatewayIntentBits.Guilds |
  GatewayIntentBits.GuildMessages |
  GatewayIntentBits.GuildVoiceStates |
  GatewayIntentBits.MessageContent;

const MAX_SHARDS = 100_000;
const MAX_INTENTS = 2 ** 31 - 1;
/** Below, a full disk or a busy processor would be taken for death; above, a death costs the sessions. */
const MIN_STALE_MS = 1_500;
const MAX_STALE_MS = 120_000;

export const GATEWAY_VARIABLES = {
  ...RUNTIME_VARIABLES,
  PORT: integer({ min: 0, max: 65_535, default: DEFAULT_PORTS.gateway }),
  DISCORD_TOKEN: secret('the bot token', { pattern: /^[\w.-]+$/ }),
  DISCORD_API_URL: url(['http:', 'https:'], { default: 'https://discord.com/api' }),
  SHARD_COUNT: integerOr('auto', { min: 1, max: MAX_SHARDS, default: 'auto' }),
  SHARD_ID: integer({ min: 0, max: MAX_SHARDS, default: 0 }),
  SHARDS_PER_PROCESS: integerOr('all', { min: 1, max: MAX_SHARDS, default: 'all' }),
  SHARD_STRATEGY: oneOf(SHARD_STRATEGIES, { default: 'ordinal' }),
  DATABASE_URL: secret('postgres://<user>:<password>@<host>:<port>/<database>', {
    default: '',
    pattern: /^postgres(ql)?:\/\/[^\s/]+\/[^\s/]+$/,
  }),
  SHARD_LEASE_STALE_MS: integer({ min: MIN_STALE_MS, max: MAX_STALE_MS, default: DEFAULT_STALE_MS }),
  DISCORD_INTENTS: integer({ min: 0, max: MAX_INTENTS, default: DEFAULT_INTENTS }),
  GATEWAY_COMPRESSION: oneOf(['none', 'zlib'], { default: 'none' }),
  PUBLISH_WINDOW: integer({ min: 16, max: 1_000_000, default: PUBLISHER_DEFAULTS.windowMessages }),
  IDENTIFY_RESERVE_RATIO: decimal({ min: 0, max: 1, default: 0.1 }),
  NATS_REPLICAS: oneOf(['1', '3'], { default: '1' }),
};

/** @throws {CodedError} CONFIG_INVALID with every fault */
export function readGatewayConfig(env: Environment): GatewayConfig {
  const values = readEnv(env, GATEWAY_VARIABLES);
  const faults = contradictions(values);
  if (faults.length > 0) throw invalidConfig(faults);
  const runtime = runtimeConfig(values);
  return {
    ...runtime,
    port: values.PORT,
    token: values.DISCORD_TOKEN,
    apiUrl: values.DISCORD_API_URL.replace(/\/$/, ''),
    shardCount: values.SHARD_COUNT,
    shardId: values.SHARD_ID,
    shardsPerProcess: values.SHARDS_PER_PROCESS,
    shardStrategy: values.SHARD_STRATEGY,
    databaseUrl: values.DATABASE_URL,
    leaseStaleMs: values.SHARD_LEASE_STALE_MS,
    intents: values.DISCORD_INTENTS,
    compression: values.GATEWAY_COMPRESSION,
    publishWindow: values.PUBLISH_WINDOW,
    identifyReserveRatio: values.IDENTIFY_RESERVE_RATIO,
    replicas: Number(values.NATS_REPLICAS),
    secrets: [...secretsOf(runtime), values.DISCORD_TOKEN, ...passwordsIn(values.DATABASE_URL)],
  };
}

function contradictions(values: ReturnType<typeof readEnv<typeof GATEWAY_VARIABLES>>): string[] {
  const faults: string[] = [];
  const leased = values.SHARD_STRATEGY !== 'ordinal';
  if (!leased && values.SHARDS_PER_PROCESS === 'all' && values.SHARD_ID > 0) {
    faults.push(`  SHARD_ID: expected 0 while SHARDS_PER_PROCESS is all, got ${values.SHARD_ID}`);
  }
  if (values.SHARD_STRATEGY === 'postgres_coordination' && !values.DATABASE_URL) {
    const { expected } = GATEWAY_VARIABLES.DATABASE_URL;
    faults.push(
      `  DATABASE_URL: expected ${expected} (or DATABASE_URL_FILE naming a file that holds it) while SHARD_STRATEGY is postgres_coordination, got nothing`,
    );
  }
  return faults;
}

/** As it stands in the address, and as it is sent. */
function passwordsIn(databaseUrl: string): string[] {
  const password = URL.parse(databaseUrl)?.password ?? '';
  return [databaseUrl, password, unescape(password)];
}
