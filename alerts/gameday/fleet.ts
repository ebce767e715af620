import { setTimeout as sleep } from 'node:timers/promises';

import { connect, type ConsumerInfo, type NatsConnection } from 'nats';

import type { Simulator } from '../../bot/simulator/simulator.ts';
import type { TrafficSettings } from '../../bot/simulator/traffic/traffic.ts';
import { CONSUMERS, DEAD_STREAM, type ConsumerName } from '../../bot/streams.ts';
import { compareWithLedger } from '../../bot/testing/pipeline.ts';
import type { NatsServer } from '../../deploy/local/nats-server.ts';
import type { PageReceiver } from '../../deploy/local/page-receiver.ts';
import type { Prometheus } from '../../deploy/local/prometheus.ts';
import { WATCHDOG } from '../thresholds.ts';
import { RedeliveryShare } from './redelivery-share.ts';
import type { Service } from './service.ts';
import { SHARDS, SHARDS_PER_GATEWAY, WORKERS } from './fleet-shape.ts';
import type { Timing } from './timing.ts';

/** Low: a machine runs several fleets at once. */
const TRAFFIC = { eventsPerSecond: 20, blockedRatio: 0 } as const;
const READY_DEADLINE_MS = 90_000;
const STORED_DEADLINE_MS = 60_000;

/** A whole installation in small: the bot, its monitoring, and somebody who is paged. */
export class Fleet implements AsyncDisposable {
  readonly timing: Timing;
  readonly simulator: Simulator;
  readonly gateways: readonly Service[];
  readonly workers: readonly Service[];
  readonly exporter: Service;
  readonly prometheus: Prometheus;
  readonly pages: PageReceiver;
  readonly #nats: NatsServer;
  readonly #resources: AsyncDisposableStack;
  readonly #connection: NatsConnection;
  #natsRuns = true;
  #deadLettersBefore = 0;
  readonly #redelivery: RedeliveryShare;

  constructor(parts: FleetParts) {
    this.timing = parts.timing;
    this.simulator = parts.simulator;
    this.gateways = parts.gateways;
    this.workers = parts.workers;
    this.exporter = parts.exporter;
    this.prometheus = parts.prometheus;
    this.pages = parts.pages;
    this.#nats = parts.nats;
    this.#connection = parts.connection;
    this.#resources = parts.resources;
    this.#redelivery = new RedeliveryShare(this.workers[0], 'moderation-worker', parts.timing);
  }

  gateway(ordinal: number): Service {
    const gateway = this.gateways[ordinal];
    if (!gateway) throw new Error(`there is no gateway ${ordinal}`);
    return gateway;
  }

  /** The process that runs this consumer. */
  worker(consumer: ConsumerName): Service {
    const index = Object.values(WORKERS).findIndex((consumers) => consumers.includes(consumer));
    const worker = this.workers[index];
    if (!worker) throw new Error(`no worker runs ${consumer}`);
    return worker;
  }

  /** The usual traffic, but for these settings. */
  traffic(settings: Partial<TrafficSettings>): void {
    this.simulator.traffic.start({ ...TRAFFIC, ...settings });
  }

  /** A figure of the gateway that has the shard, from its own /metrics. */
  async ofShard(shard: number, family: string): Promise<number> {
    const gateway = this.gateway(Math.floor(shard / SHARDS_PER_GATEWAY));
    return (await gateway.scrape()).sum(family, { shard: String(shard) });
  }

  async allShardsUp(): Promise<void> {
    const deadline = performance.now() + READY_DEADLINE_MS;
    for (;;) {
      const scrapes = await Promise.all(
        this.gateways.map(async (gateway) => gateway.scrape().catch(() => undefined)),
      );
      const up = scrapes.reduce((sum, scraped) => sum + (scraped?.sum('discord_shard_up') ?? 0), 0);
      if (up === SHARDS) return;
      if (performance.now() > deadline) {
        throw new Error(
          `${up} of ${SHARDS} shards are up\n${this.gateways.map(({ output }) => output).join('\n')}`,
        );
      }
      await sleep(100);
    }
  }

  async consumerInfo(consumer: ConsumerName): Promise<ConsumerInfo> {
    const manager = await this.#connection.jetstreamManager({ checkAPI: false });
    return manager.consumers.info(CONSUMERS[consumer].stream, consumer);
  }

  /** Of moderation's deliveries within the alert's window, by the worker's own counts. */
  get redeliveryShare(): number {
    return this.#redelivery.share;
  }

  async deadLettersSinceInjection(): Promise<number> {
    return (await this.#deadLetters()) - this.#deadLettersBefore;
  }

  /** Called right before a fault is injected. */
  async markInjection(): Promise<void> {
    this.#deadLettersBefore = await this.#deadLetters();
  }

  get natsRuns(): boolean {
    return this.#natsRuns;
  }

  async stopNats(): Promise<void> {
    this.#natsRuns = false;
    await this.#nats.stop();
  }

  async startNats(): Promise<void> {
    await this.#nats.startAgain();
    this.#natsRuns = true;
  }

  async connectNats(): Promise<NatsConnection> {
    return connect({ servers: this.#nats.url });
  }

  /** Of what was dispatched up to now: those that do not get into the stream, however long one waits. */
  async eventsLost(): Promise<number> {
    const nowMs = Date.now();
    const deadline = performance.now() + STORED_DEADLINE_MS;
    for (;;) {
      const { missing } = await compareWithLedger(
        this,
        ({ sentAt }) => sentAt !== undefined && sentAt > 0 && sentAt <= nowMs,
      );
      if (missing.length === 0 || performance.now() > deadline) return missing.length;
      await sleep(500);
    }
  }

  /** Alerts that fire or are about to, without the Watchdog. */
  async activeAlerts(): Promise<string[]> {
    const alerts = await this.prometheus.alerts();
    return alerts.flatMap(({ labels }) =>
      labels['alertname'] === WATCHDOG ? [] : (labels['alertname'] ?? []),
    );
  }

  /** Waits until the monitoring has seen the whole fleet and has nothing to say. */
  async settled(signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + this.timing.resolveCapMs;
    for (;;) {
      const seen = await this.prometheus.query('sum(discord_shard_up)').catch(() => []);
      if (seen[0]?.value === SHARDS && (await this.activeAlerts()).length === 0) return;
      if (performance.now() > deadline)
        throw new Error(`still active: ${(await this.activeAlerts()).join(', ')}`);
      await sleep(250, undefined, { signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.simulator.traffic.stop();
    this.#redelivery.end();
    await this.#resources.disposeAsync();
  }

  async #deadLetters(): Promise<number> {
    const manager = await this.#connection.jetstreamManager({ checkAPI: false });
    return (await manager.streams.info(DEAD_STREAM)).state.last_seq;
  }
}

export interface FleetParts {
  readonly timing: Timing;
  readonly simulator: Simulator;
  readonly gateways: readonly Service[];
  readonly workers: readonly Service[];
  readonly exporter: Service;
  readonly prometheus: Prometheus;
  readonly pages: PageReceiver;
  readonly nats: NatsServer;
  readonly connection: NatsConnection;
  readonly resources: AsyncDisposableStack;
}
