import type { APIGatewayBotInfo } from 'discord-api-types/v10';

/** Discord allows one IDENTIFY in 5 s for each rate limit key (docs: Gateway, Session Start Limit). */
const IDENTIFY_INTERVAL_SECONDS = 5;

export interface PlanInput {
  readonly bot: Pick<APIGatewayBotInfo, 'shards' | 'session_start_limit'>;
  /** Undefined: what Discord recommends. */
  readonly shards: number | undefined;
  readonly shardsPerReplica: number;
  /** Share of the daily session starts that gateways never use. */
  readonly reserveRatio: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface Plan {
  readonly recommendedShards: number;
  readonly shards: number;
  readonly maxConcurrency: number;
  readonly shardsPerReplica: number;
  readonly replicas: number;
  /** Until the last shard has identified, if all do. */
  readonly identifySeconds: number;
  readonly sessionStarts: {
    readonly total: number;
    readonly remaining: number;
    /** Never used by gateways, so that a fault cannot spend all of them. */
    readonly reserved: number;
    /** One for each shard: another count makes every session new. */
    readonly needed: number;
    /** ISO 8601. */
    readonly resetAt: string;
  };
  /** Whether all shards can identify before the reset. */
  readonly fits: boolean;
}

/**
 * How to run a bot of that size. Very large bots, those that may identify several shards at once, must have a
 * multiple of that number (docs: Gateway, Sharding for Very Large Bots).
 */
export function planShards(input: PlanInput): Plan {
  const { bot, shardsPerReplica, reserveRatio, nowMs } = input;
  const {
    max_concurrency: maxConcurrency,
    remaining,
    reset_after: resetAfterMs,
    total,
  } = bot.session_start_limit;
  const wanted = input.shards ?? bot.shards;
  const shards = Math.ceil(wanted / maxConcurrency) * maxConcurrency;
  const perReplica = Math.min(shardsPerReplica, shards);
  const reserved = Math.ceil(total * reserveRatio);
  return {
    recommendedShards: bot.shards,
    shards,
    maxConcurrency,
    shardsPerReplica: perReplica,
    replicas: Math.ceil(shards / perReplica),
    // The first of each key need not wait.
    identifySeconds: (shards / maxConcurrency - 1) * IDENTIFY_INTERVAL_SECONDS,
    sessionStarts: {
      total,
      remaining,
      reserved,
      needed: shards,
      resetAt: new Date(nowMs + resetAfterMs).toISOString(),
    },
    fits: remaining - reserved >= shards,
  };
}
