import { setTimeout as sleep } from 'node:timers/promises';

import { connect } from 'nats';

import { freePort } from '../../deploy/local/free-port.ts';
import { LocalProcess } from '../../deploy/local/process.ts';
import { messageOf } from '../../runtime/errors.ts';
import { EVENTS_STREAM } from '../events.ts';
import type { SimulatorOptions } from '../simulator/simulator.ts';
import { Pipeline, portIn, type GatewayProcess } from '../testing/pipeline.ts';
import { scrape } from '../testing/scrape.ts';

/** As the image runs it: stripping types at start costs memory. `npm run bench` builds it first. */
const COMPILED_GATEWAY = 'dist/bot/gateway/main.js';
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 50;

export interface BenchOptions {
  readonly shards: number;
  readonly simulator?: Partial<SimulatorOptions>;
  readonly gatewayEnv?: Readonly<Record<string, string>>;
}

/** One gateway process with all shards, ready, on a real nats-server and the simulator. */
export async function startBench(
  options: BenchOptions,
): Promise<{ pipeline: Pipeline; gateway: GatewayProcess; port: number }> {
  const { shards } = options;
  const port = await freePort();
  const pipeline = await Pipeline.start({
    shardCount: shards,
    shardsPerProcess: shards,
    simulator: {
      guilds: 1_000,
      // All shards identify at once, and the day's budget is no matter.
      maxConcurrency: shards,
      sessionStartLimit: { total: 100_000, remaining: 100_000 },
      heartbeatIntervalMs: 41_250,
      ...options.simulator,
    },
    // A gateway without a log does not tell which one it took.
    gatewayEnv: { ...options.gatewayEnv, PORT: String(port) },
    gatewayEntry: COMPILED_GATEWAY,
  });
  const gateway = pipeline.startGateway(0);
  await untilReady(gateway.process, port);
  return { pipeline, gateway, port };
}

/** Takes no scrape: the first one is part of what is measured. */
async function untilReady(gateway: LocalProcess, port: number): Promise<void> {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const health = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(messageOf);
    if (typeof health !== 'string' && health.ok) return;
    if (performance.now() > deadlineMs || !gateway.alive) {
      const answer = typeof health === 'string' ? health : await health.text();
      throw new Error(`${gateway.name} is not ready: ${answer}\n${gateway.output}`);
    }
    await sleep(READY_POLL_MS);
  }
}

/** Starts the worker whose handler notes times into the file; resolves once it consumes. */
export async function startLatencyWorker(pipeline: Pipeline, file: string): Promise<LocalProcess> {
  const worker = new LocalProcess({
    name: 'latency-worker',
    command: process.execPath,
    args: ['bot/bench/latency-worker.ts', file],
    env: { ...pipeline.processEnv, WORKERS: 'moderation-worker' },
  });
  await worker.waitForLine((line) => line.includes('"consuming"') || undefined);
  return worker;
}

/** How many dispatches the gateway has taken and how many of them wait for JetStream. */
export async function readGateway(
  gateway: GatewayProcess,
): Promise<{ taken: number; pending: number; lost: number }> {
  const metrics = await scrape(await gateway.process.waitForLine(portIn));
  return {
    taken: metrics.sum('discord_shard_events_total'),
    pending: metrics.sum('discord_publish_pending'),
    lost: metrics.sum('discord_shard_events_lost_total'),
  };
}

export async function messagesInStream(pipeline: Pipeline): Promise<number> {
  const connection = await connect({ servers: pipeline.nats.url });
  const { state } = await (await connection.jetstreamManager()).streams.info(EVENTS_STREAM);
  await connection.close();
  return state.messages;
}
