import { setTimeout as sleep } from 'node:timers/promises';

import { connect, type ConsumerInfo, type NatsConnection } from 'nats';

import { startSimulator, type Simulator } from '../../bot/simulator/simulator.ts';
import type { TrafficSettings } from '../../bot/simulator/traffic/traffic.ts';
import { CONSUMERS, DEAD_STREAM, type ConsumerName } from '../../bot/streams.ts';
import { compareWithLedger, TEST_TOKEN } from '../../bot/testing/pipeline.ts';
import { Alertmanager } from '../../deploy/local/alertmanager.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { PageReceiver } from '../../deploy/local/page-receiver.ts';
import { Prometheus } from '../../deploy/local/prometheus.ts';
import { alertmanagerConfig } from '../alertmanager/config-file.ts';
import { localReceivers } from '../alertmanager/local-receivers.ts';
import { DEFAULT_ALERTMANAGER } from '../alertmanager/settings.ts';
import { ruleFile } from '../rules/rule-file.ts';
import { WATCHDOG } from '../thresholds.ts';
import { RedeliveryShare } from './redelivery-share.ts';
import { Service } from './service.ts';
import { SlowMotion } from './slow-motion.ts';
import type { Timing } from './timing.ts';

const SHARDS = 8;
const SHARDS_PER_GATEWAY = 4;
/** Long enough that an acknowledgement may be 6 s late without the connection being given up. */
const HEARTBEAT_MS = 10_000;
/** Longer than any fault lasts here: what is missed while a gateway is away is replayed. */
const SESSION_TIMEOUT_MS = 1_800_000;
/** Low: a machine runs several fleets at once. */
const TRAFFIC = { eventsPerSecond: 20, blockedRatio: 0 } as const;
const READY_DEADLINE_MS = 90_000;
const STORED_DEADLINE_MS = 60_000;

/** Which worker process runs which consumers. */
const WORKERS: Readonly<Record<string, readonly ConsumerName[]>> = {
  moderation: ['moderation-worker'],
  others: ['voice-tracker', 'interaction-responder', 'task-worker'],
};

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
  readonly #slow = new Map<string, SlowMotion>();
  #natsRuns = true;
  #deadLettersBefore = 0;
  readonly #redelivery: RedeliveryShare;

  private constructor(parts: FleetParts) {
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

  /** Resolves once all shards are up and no alert but the Watchdog is active. */
  static async start(timing: Timing, signal: AbortSignal): Promise<Fleet> {
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

  /** Lets the consumer's worker run for a small share of the time. */
  slowDown(consumer: ConsumerName): void {
    this.#slow.set(consumer, new SlowMotion(this.worker(consumer)));
  }

  speedUp(consumer: ConsumerName): void {
    this.#slow.get(consumer)?.end();
    this.#slow.delete(consumer);
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
    for (const slow of this.#slow.values()) slow.end();
    await this.#resources.disposeAsync();
  }

  async #deadLetters(): Promise<number> {
    const manager = await this.#connection.jetstreamManager({ checkAPI: false });
    return (await manager.streams.info(DEAD_STREAM)).state.last_seq;
  }
}

interface FleetParts {
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
