import { setTimeout as sleep } from 'node:timers/promises';

import type { LocalProcess } from '../../deploy/local/process.ts';
import type { Pipeline } from '../testing/pipeline.ts';
import { scrape } from '../testing/scrape.ts';
import { messagesInStream, startBench } from './bench-rig.ts';
import { cpuSecondsOf } from './measure.ts';

export const VARIANTS = ['off', 'metrics', 'traces'] as const;
export type Variant = (typeof VARIANTS)[number];

/** CPU of the gateway process for one event, in microseconds. */
export type InstrumentationCost = Readonly<Record<Variant, number>>;

const SHARDS = 4;
const EVENTS_PER_SECOND = 5_000;
/** Time for the compiler; not measured. */
const WARM_UP_SLICES = 2;
const SLICES = 6;
const SLICE_MS = 2_500;
const STORED_POLL_MS = 50;
const STORED_TIMEOUT_MS = 20_000;

const NO_METRICS = `--import=${new URL('uninstrumented/replace-metrics.ts', import.meta.url).pathname}`;

interface Rig {
  readonly variant: Variant;
  readonly pipeline: Pipeline;
  readonly gateway: LocalProcess;
  readonly port: number;
  cpuSeconds: number;
  events: number;
}

/**
 * Three gateways of their own at the same time, of which one at a time has traffic, in short turns, so
 * that a noisy neighbour hits all of them. Each turn is measured until its last event is stored. Those
 * with metrics are scraped once a turn, more often than Prometheus would.
 * @param traceEnv what turns traces on
 */
export async function measureInstrumentation(traceEnv: Record<string, string>): Promise<InstrumentationCost> {
  await using stack = new AsyncDisposableStack();
  const rigs: Rig[] = [];
  for (const variant of VARIANTS) {
    const { pipeline, gateway, port } = await startBench({
      shards: SHARDS,
      simulator: { ledger: 'counts' },
      gatewayEnv: envOf(variant, traceEnv),
    });
    stack.use(pipeline);
    rigs.push({ variant, pipeline, gateway: gateway.process, port, cpuSeconds: 0, events: 0 });
  }
  for (const rig of rigs) await checkVariant(rig);
  for (let slice = 0; slice < WARM_UP_SLICES; slice += 1) for (const rig of rigs) await takeTurn(rig);
  for (const rig of rigs) Object.assign(rig, { cpuSeconds: 0, events: 0 });
  for (let slice = 0; slice < SLICES; slice += 1) {
    for (const rig of slice % 2 === 0 ? rigs : rigs.toReversed()) await takeTurn(rig);
  }
  const cost = rigs.map(({ variant, cpuSeconds, events }) => [variant, (cpuSeconds / events) * 1e6]);
  return Object.fromEntries(cost) as InstrumentationCost;
}

function envOf(variant: Variant, traceEnv: Record<string, string>): Record<string, string> {
  if (variant === 'traces') return traceEnv;
  return variant === 'metrics' ? {} : { LOG_LEVEL: 'silent', NODE_OPTIONS: NO_METRICS };
}

/** A gateway that is off must have nothing to say, and one that is on must have. */
async function checkVariant({ variant, port }: Rig): Promise<void> {
  const { series } = await scrape(port);
  if ((series.length === 0) !== (variant === 'off')) {
    throw new Error(`the gateway with ${variant} exports ${series.length} series`);
  }
}

async function takeTurn(rig: Rig): Promise<void> {
  const { pipeline, gateway, port, variant } = rig;
  const { traffic, ledger } = pipeline.simulator;
  const sentBefore = ledger.counts().dispatches;
  const cpuBefore = cpuSecondsOf(gateway.pid);
  traffic.start({ eventsPerSecond: EVENTS_PER_SECOND, mix: { message: 1 } });
  await sleep(SLICE_MS);
  if (variant !== 'off') await scrape(port);
  traffic.stop();
  const sent = ledger.counts().dispatches;
  await untilStored(pipeline, sent);
  rig.cpuSeconds += cpuSecondsOf(gateway.pid) - cpuBefore;
  rig.events += sent - sentBefore;
}

async function untilStored(pipeline: Pipeline, total: number): Promise<void> {
  const deadlineMs = performance.now() + STORED_TIMEOUT_MS;
  for (;;) {
    const stored = await messagesInStream(pipeline);
    if (stored === total) return;
    if (performance.now() > deadlineMs) throw new Error(`${stored} of ${total} events were stored`);
    await sleep(STORED_POLL_MS);
  }
}
