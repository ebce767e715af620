import { RUNTIME_VARIABLES, runtimeConfig, secretsOf, type RuntimeConfig } from '../../runtime/config.ts';
import { DEFAULT_PORTS } from '../../runtime/default-ports.ts';
import { integer, listOf, oneOf, readEnv, secret, text, url, type Environment } from '../../runtime/env.ts';
import { CONSUMER_NAMES, type ConsumerName } from '../streams.ts';
import type { HandlerSettings } from './handler.ts';

export interface WorkerConfig extends RuntimeConfig {
  readonly port: number;
  readonly consumers: readonly ConsumerName[];
  readonly token: string;
  /** Up to and without the version: https://discord.com/api */
  readonly apiUrl: string;
  /** Events that each consumer handles at the same time. */
  readonly concurrency: number;
  readonly handlers: HandlerSettings;
  readonly replicas: number;
  readonly secrets: readonly string[];
}

export const WORKER_VARIABLES = {
  ...RUNTIME_VARIABLES,
  PORT: integer({ min: 0, max: 65_535, default: DEFAULT_PORTS.worker }),
  WORKERS: listOf(CONSUMER_NAMES, { default: CONSUMER_NAMES }),
  WORKER_CONCURRENCY: integer({ min: 1, max: 1_000, default: 25 }),
  DISCORD_TOKEN: secret('the bot token', { pattern: /^[\w.-]+$/ }),
  DISCORD_API_URL: url(['http:', 'https:'], { default: 'https://discord.com/api' }),
  BLOCKED_WORDS: text('a comma-separated list of words', { default: 'spamlink' }),
  NOTIFY_CHANNEL_ID: text('the id of a channel', { default: '', pattern: /^\d{15,20}$/ }),
  NATS_REPLICAS: oneOf(['1', '3'], { default: '1' }),
};

/** @throws {CodedError} CONFIG_INVALID with every fault */
export function readWorkerConfig(env: Environment): WorkerConfig {
  const values = readEnv(env, WORKER_VARIABLES);
  const runtime = runtimeConfig(values);
  return {
    ...runtime,
    port: values.PORT,
    consumers: values.WORKERS,
    token: values.DISCORD_TOKEN,
    apiUrl: values.DISCORD_API_URL.replace(/\/$/, ''),
    concurrency: values.WORKER_CONCURRENCY,
    handlers: {
      blockedWords: wordsOf(values.BLOCKED_WORDS),
      notifyChannelId: values.NOTIFY_CHANNEL_ID,
    },
    replicas: Number(values.NATS_REPLICAS),
    secrets: [...secretsOf(runtime), values.DISCORD_TOKEN],
  };
}

function wordsOf(list: string): ReadonlySet<string> {
  const words = list.split(',').map((word) => word.trim().toLowerCase());
  return new Set(words.filter((word) => word.length > 0));
}
