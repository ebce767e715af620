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

export const SHARD_STRATEGIES = ['ordinal', 'postgres_coordination', 'nats_kv'] as const;
export type ShardStrategyName = (typeof SHARD_STRATEGIES)[number];

export interface GatewayConfig extends RuntimeConfig {
  readonly port: number;
  readonly token: string;
  /** Up to and without the version: https://discord.com/api */
  readonly apiUrl: string;
  /** auto: what `/gateway/bot` recommends. */
  readonly shardCount: number | 'auto';
  /** The ordinal of this process: it owns `[shardId * k, shardId * k + k)`. */
  readonly shardId: number;
  readonly shardsPerProcess: number | 'all';
  readonly shardStrategy: ShardStrategyName;
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

export const GATEWAY_VARIABLES = {
  ...RUNTIME_VARIABLES,
  PORT: integer({ min: 0, max: 65_535, default: DEFAULT_PORTS.gateway }),
  DISCORD_TOKEN: secret('the bot token', { pattern: /^[\w.-]+$/ }),
  DISCORD_API_URL: url(['http:', 'https:'], { default: 'https://discord.com/api' }),
  SHARD_COUNT: integerOr('auto', { min: 1, max: MAX_SHARDS, default: 'auto' }),
  SHARD_ID: integer({ min: 0, max: MAX_SHARDS, default: 0 }),
  SHARDS_PER_PROCESS: integerOr('all', { min: 1, max: MAX_SHARDS, default: 'all' }),
  SHARD_STRATEGY: oneOf(SHARD_STRATEGIES, { default: 'ordinal' }),
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
    intents: values.DISCORD_INTENTS,
    compression: values.GATEWAY_COMPRESSION,
    publishWindow: values.PUBLISH_WINDOW,
    identifyReserveRatio: values.IDENTIFY_RESERVE_RATIO,
    replicas: Number(values.NATS_REPLICAS),
    secrets: [...secretsOf(runtime), values.DISCORD_TOKEN],
  };
}

function contradictions(values: ReturnType<typeof readEnv<typeof GATEWAY_VARIABLES>>): string[] {
  const faults: string[] = [];
  if (values.SHARDS_PER_PROCESS === 'all' && values.SHARD_ID > 0) {
    faults.push(`  SHARD_ID: expected 0 while SHARDS_PER_PROCESS is all, got ${values.SHARD_ID}`);
  }
  if (values.SHARD_STRATEGY !== 'ordinal') {
    faults.push(`  SHARD_STRATEGY: expected ordinal (the only one yet), got ${values.SHARD_STRATEGY}`);
  }
  return faults;
}
