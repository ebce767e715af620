import { setTimeout as sleep } from 'node:timers/promises';

import { PostgresServer } from '../../../../deploy/local/postgres.ts';
import { allStored, Pipeline, type Comparison, type GatewayProcess } from '../../../testing/pipeline.ts';
import type { SimulatorOptions } from '../../../simulator/simulator.ts';
import { PublishTap } from './publish-tap.ts';

export const STORES = ['postgres_coordination', 'nats_kv'] as const;
export type StoreName = (typeof STORES)[number];

export interface LeaseRigOptions {
  readonly store: StoreName;
  readonly shardCount: number;
  readonly staleMs: number;
  readonly simulator?: Partial<SimulatorOptions>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A bot whose gateways lease their shards, and an ear on all that they publish. */
export class LeaseRig implements AsyncDisposable {
  readonly pipeline: Pipeline;
  readonly tap: PublishTap;
  readonly #postgres: PostgresServer | undefined;
  readonly #options: LeaseRigOptions;

  private constructor(
    pipeline: Pipeline,
    tap: PublishTap,
    postgres: PostgresServer | undefined,
    options: LeaseRigOptions,
  ) {
    this.pipeline = pipeline;
    this.tap = tap;
    this.#postgres = postgres;
    this.#options = options;
  }

  static async start(options: LeaseRigOptions): Promise<LeaseRig> {
    const { store, shardCount, simulator = {} } = options;
    const postgres = store === 'postgres_coordination' ? await PostgresServer.start() : undefined;
    const pipeline = await Pipeline.start({ shardCount, shardsPerProcess: shardCount, simulator });
    return new LeaseRig(pipeline, new PublishTap(await pipeline.connectNats()), postgres, options);
  }

  get postgres(): PostgresServer {
    if (!this.#postgres) throw new Error(`${this.#options.store} needs no PostgreSQL`);
    return this.#postgres;
  }

  get ledger() {
    return this.pipeline.simulator.ledger;
  }

  startGateway(number: number, env: Readonly<Record<string, string>> = {}): GatewayProcess {
    return this.pipeline.startGateway(number, {
      SHARDS_PER_PROCESS: 'all',
      SHARD_STRATEGY: this.#options.store,
      SHARD_LEASE_STALE_MS: String(this.#options.staleMs),
      ...(this.#postgres ? { DATABASE_URL: this.#postgres.url } : {}),
      ...this.#options.env,
      ...env,
    });
  }

  /** Shards that are up in each of these gateways; undefined: it does not answer. */
  async up(gateways: readonly GatewayProcess[]): Promise<(number | undefined)[]> {
    return Promise.all(
      gateways.map(async (gateway) => {
        try {
          return (await gateway.scrape()).sum('discord_shard_up');
        } catch {
          return undefined;
        }
      }),
    );
  }

  /** Resolves once these gateways have as many shards up; with how long that took. */
  async spread(
    gateways: readonly GatewayProcess[],
    counts: readonly number[],
    timeoutMs = 30_000,
  ): Promise<number> {
    const startedAt = performance.now();
    const wanted = sorted(counts);
    for (;;) {
      const up = await this.up(gateways);
      if (sorted(up) === wanted) return performance.now() - startedAt;
      if (performance.now() - startedAt > timeoutMs) {
        const outputs = gateways.map(({ process }) => `${process.name}\n${process.output}`);
        throw new Error(`${up.join(' ')} shards up instead of ${wanted}\n${outputs.join('\n')}`);
      }
      await sleep(50);
    }
  }

  async stored(): Promise<Comparison> {
    this.pipeline.simulator.traffic.stop();
    return allStored(this.pipeline);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tap.close();
    await this.pipeline[Symbol.asyncDispose]();
    await this.#postgres?.[Symbol.asyncDispose]();
  }
}

function sorted(counts: readonly (number | undefined)[]): string {
  return counts.toSorted((a = -1, b = -1) => a - b).join(' ');
}
