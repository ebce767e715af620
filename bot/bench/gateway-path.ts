import { setTimeout as sleep } from 'node:timers/promises';

import { LocalProcess } from '../../deploy/local/process.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { EVENTS_STREAM } from '../events.ts';
import { STREAMS } from '../streams.ts';
import type { Pipeline } from '../testing/pipeline.ts';
import { messagesInStream, readGateway, startBench } from './bench-rig.ts';
import { cpuSecondsOf, median, residentMibOf, spread } from './measure.ts';
import { connect } from 'nats';

export interface LoopResult {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

export interface PathResult {
  readonly cpuMicros: number;
  readonly residentMib: number;
  readonly perSecond: number;
}

const LOOP_MESSAGES = 60_000;
const WARM_UP_MS = 3_000;
const MEASURED_MS = 6_000;
const SHARDS = 4;

/** A message body as the simulator sends it, so that loops and gateway carry the same. */
export async function sampleBody(): Promise<string> {
  const { pipeline } = await startBench({ shards: 1, simulator: { guilds: 1 } });
  pipeline.simulator.traffic.burst(1, 'message');
  const connection = await pipeline.connectNats();
  const manager = await connection.jetstreamManager();
  for (;;) {
    try {
      const message = await manager.streams.getMessage(EVENTS_STREAM, {
        last_by_subj: 'discord.events.message_create',
      });
      await connection.close();
      await pipeline[Symbol.asyncDispose]();
      return new TextDecoder().decode(message.data);
    } catch {
      await sleep(100);
    }
  }
}

/** One of the loops of publish-loop.ts against a fresh server. */
export async function measureLoop(mode: 'bulk' | 'js', body: string): Promise<LoopResult> {
  await using server = await NatsServer.start();
  const connection = await connect({ servers: server.url });
  await (await connection.jetstreamManager()).streams.add(STREAMS[0]);
  await connection.close();
  const loop = new LocalProcess({
    name: `publish-loop-${mode}`,
    command: process.execPath,
    args: ['bot/bench/publish-loop.ts', mode, server.url, String(LOOP_MESSAGES), body],
    env: { PATH: process.env['PATH'] },
  });
  return await loop.waitForLine(
    (line) => (line.startsWith('{') ? (JSON.parse(line) as LoopResult) : undefined),
    60_000,
  );
}

/** CPU of the whole gateway process for each event at this rate, socket to acknowledgement. */
export async function measurePath(eventsPerSecond: number, env: Record<string, string>): Promise<PathResult> {
  const { pipeline, gateway } = await startBench({
    shards: SHARDS,
    simulator: { ledger: 'counts' },
    gatewayEnv: env,
  });
  await using _pipeline: Pipeline = pipeline;
  const { pid } = gateway.process;
  pipeline.simulator.traffic.start({ eventsPerSecond, mix: { message: 1 } });
  await sleep(WARM_UP_MS);
  const before = { cpu: cpuSecondsOf(pid), at: performance.now(), ...(await readGateway(gateway)) };
  await sleep(MEASURED_MS);
  const after = { cpu: cpuSecondsOf(pid), at: performance.now(), ...(await readGateway(gateway)) };
  const events = after.taken - before.taken;
  return {
    cpuMicros: ((after.cpu - before.cpu) / events) * 1e6,
    residentMib: residentMibOf(pid),
    perSecond: (events / (after.at - before.at)) * 1_000,
  };
}

export interface SustainedStep {
  readonly asked: number;
  readonly stored: number;
  readonly kept: boolean;
  readonly backlog: number;
}

/**
 * Raises the rate step by step. A step is kept when the gateway took what was sent, the window
 * never filled, and every dispatch is in the stream at the end.
 */
export async function measureSustained(
  rates: readonly number[],
  seconds: number,
  env: Record<string, string>,
): Promise<SustainedStep[]> {
  const steps: SustainedStep[] = [];
  for (const asked of rates) {
    const { pipeline, gateway } = await startBench({
      shards: SHARDS,
      simulator: { ledger: 'counts' },
      gatewayEnv: env,
    });
    await using _pipeline: Pipeline = pipeline;
    const { simulator } = pipeline;
    simulator.traffic.start({ eventsPerSecond: asked, mix: { message: 1 } });
    await sleep(seconds * 1_000);
    const sent = simulator.ledger.counts().dispatches;
    const { taken, pending } = await readGateway(gateway);
    // The scrape is a little later than the count.
    const backlog = Math.max(0, sent - taken);
    simulator.traffic.stop();
    const total = simulator.ledger.counts().dispatches;
    for (let wait = 0; wait < 50 && (await messagesInStream(pipeline)) < total; wait += 1) await sleep(200);
    const stored = await messagesInStream(pipeline);
    const { resumesAccepted } = simulator.ledger.counts();
    const behind = asked / 2;
    const kept = stored === total && resumesAccepted === 0 && backlog + pending < behind;
    steps.push({ asked, stored: Math.round(taken / seconds), kept, backlog: backlog + pending });
    if (!kept) break;
  }
  return steps;
}

export interface Ratio {
  readonly median: number;
  readonly spread: number;
}

export function summarise(values: readonly number[]): Ratio {
  return { median: median(values), spread: spread(values) };
}
