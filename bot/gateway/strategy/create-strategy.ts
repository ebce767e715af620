import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import type { NatsConnection } from 'nats';

import { CodedError, EXIT_MISCONFIGURED, exitCodeOf, messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { GatewayConfig } from '../config.ts';
import { botKey } from './bot-key.ts';
import { LeaseStrategy } from './lease-strategy.ts';
import type { LeaseStore } from './lease-store.ts';
import { leaseTimes } from './lease-times.ts';
import { KvStore } from './nats-kv/kv-store.ts';
import { OrdinalStrategy, ordinalShards } from './ordinal-strategy.ts';
import { Database } from './postgres/database.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
import type { ShardStrategy } from './shard-strategy.ts';

const OPEN_RETRY_MS = 1_000;
const TRIES_PER_WARNING = 15;

type StrategyConfig = Pick<
  GatewayConfig,
  | 'databaseUrl'
  | 'leaseStaleMs'
  | 'replicas'
  | 'shardCount'
  | 'shardId'
  | 'shardsPerProcess'
  | 'shardStrategy'
  | 'token'
>;

export interface StrategyParts {
  readonly config: StrategyConfig;
  /** What Discord recommends. */
  readonly recommended: number;
  readonly connection: NatsConnection;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  readonly onFatal: (error: CodedError) => void;
}

export interface ChosenStrategy {
  readonly strategy: ShardStrategy;
  readonly shardCount: number;
  /** Undefined where shards are not leased. */
  readonly leases: LeaseStrategy | undefined;
}

/** @throws {CodedError} SHARD_OUT_OF_RANGE, before anything is connected */
export function checkOrdinal(config: StrategyConfig, recommended: number): void {
  if (config.shardStrategy === 'ordinal') ordinalOf(config, ownCount(config, recommended));
}

/**
 * The strategy that the configuration names. Where shards are leased it waits for the store, however long that
 * takes; `auto` then joins the count that other processes run with, instead of counting for itself.
 * @throws whatever waiting does not help against, and the signal's reason
 */
export async function createStrategy(parts: StrategyParts): Promise<ChosenStrategy> {
  const { config, recommended, stopping } = parts;
  const own = ownCount(config, recommended);
  const store = leaseStore(parts);
  if (!store) return { strategy: ordinalOf(config, own), shardCount: own, leases: undefined };
  const running = await openStore(store, parts.log, stopping);
  const shardCount = config.shardCount === 'auto' ? (running ?? own) : own;
  const capacity = config.shardsPerProcess === 'all' ? shardCount : config.shardsPerProcess;
  const leases = new LeaseStrategy({
    store,
    times: leaseTimes(config.leaseStaleMs),
    shardCount,
    capacity,
    newOwner,
    log: parts.log,
    stopping,
    // With auto nobody has asked for the old count: begin again with the new one.
    onOtherCount: (count) => {
      if (config.shardCount === 'auto') parts.onFatal(countChanged(shardCount, count));
    },
  });
  return { strategy: leases, shardCount, leases };
}

function ownCount({ shardCount }: StrategyConfig, recommended: number): number {
  return shardCount === 'auto' ? recommended : shardCount;
}

function ordinalOf({ shardId, shardsPerProcess }: StrategyConfig, shardCount: number): OrdinalStrategy {
  return new OrdinalStrategy(ordinalShards(shardId, shardsPerProcess, shardCount));
}

function leaseStore({ config, connection, log }: StrategyParts): LeaseStore | undefined {
  const { requestMs } = leaseTimes(config.leaseStaleMs);
  if (config.shardStrategy === 'nats_kv')
    return new KvStore({ connection, replicas: config.replicas, requestMs, log });
  if (config.shardStrategy === 'postgres_coordination')
    return new PostgresStore(new Database(config.databaseUrl, requestMs, log), botKey(config.token));
  return undefined;
}

/** @returns the count that live processes run with; undefined where there are none */
async function openStore(store: LeaseStore, log: Logger, signal: AbortSignal): Promise<number | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      await store.open();
      const { shardCount, members } = await store.view();
      return members.some((member) => member.shardCount === shardCount) ? shardCount : undefined;
    } catch (error) {
      if (exitCodeOf(error) === EXIT_MISCONFIGURED) throw error;
      if (attempt % TRIES_PER_WARNING === 1)
        log.warn({ reason: messageOf(error), attempt }, `waiting for ${store.place}`);
    }
    await sleep(OPEN_RETRY_MS, undefined, { signal });
  }
}

function countChanged(own: number, running: number | undefined): CodedError {
  return new CodedError('SHARD_COUNT_CHANGED', 'Other gateways run with another shard count by now', {
    expected: `SHARD_COUNT ${own}`,
    got: String(running),
  });
}

/** Tells people where it runs; the rest makes it one of a kind. It must serve as part of a key, too. */
function newOwner(): string {
  const host = hostname().replaceAll(/[^\w-]/g, '-');
  return `${host}-${process.pid}-${randomBytes(4).toString('hex')}`;
}
