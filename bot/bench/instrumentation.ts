import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { Pipeline } from '../testing/pipeline.ts';
import { scrape } from '../testing/scrape.ts';
import { messagesInStream, startBench } from './bench-rig.ts';
import { cpuSecondsOf, mainThreadSecondsOf } from './measure.ts';

export const VARIANTS = ['off', 'metrics', 'traces'] as const;
export type Variant = (typeof VARIANTS)[number];

/** CPU for one event, in microseconds. */
export interface EventCost {
  /** Of the whole process, its helper threads that collect garbage with it. */
  readonly process: number;
  /** Of the thread that runs the code, which is what limits it. */
  readonly eventLoop: number;
}

interface Rig {
  readonly variant: Variant;
  readonly pipeline: Pipeline;
  readonly pid: number;
  readonly port: number;
}

interface Used {
  readonly process: number;
  readonly eventLoop: number;
  readonly events: number;
}

const SHARDS = 4;
const EVENTS_PER_SECOND = 5_000;
/** For the compiler; not counted. */
const WARM_UP_TURNS = 2;
const TURNS = 6;
/** After a start from idle, and what the idle time set off. */
const SETTLE_MS = 1_500;
const MEASURED_MS = 3_000;
const STORED_POLL_MS = 50;
const STORED_TIMEOUT_MS = 20_000;
const NO_METRICS = fileURLToPath(new URL('uninstrumented/replace-metrics.ts', import.meta.url));

/**
 * Three gateways at the same time, of which one has traffic, in turns, so that a neighbour's busy minute
 * is shared by all: one without metrics, logs and traces, one with metrics and logs, one with all. Those
 * with metrics are scraped once in each turn, more often than by any Prometheus.
 * @param traceEnv what turns traces on
 */
export async function measureInstrumentation(
  traceEnv: Record<string, string>,
): Promise<Record<Variant, EventCost>> {
  await using stack = new AsyncDisposableStack();
  const rigs: Rig[] = [];
  for (const variant of VARIANTS) {
    const { pipeline, gateway, port } = await startBench({
      shards: SHARDS,
      simulator: { ledger: 'counts' },
      gatewayEnv: envOf(variant, traceEnv),
    });
    stack.use(pipeline);
    rigs.push({ variant, pipeline, pid: gateway.process.pid, port });
  }
  for (const rig of rigs) await checkVariant(rig);
  const turns = Object.fromEntries(VARIANTS.map((variant) => [variant, [] as Used[]]));
  for (let turn = 0; turn < WARM_UP_TURNS + TURNS; turn += 1) {
    for (const rig of turn % 2 === 0 ? rigs : rigs.toReversed()) {
      const used = await takeTurn(rig);
      if (turn >= WARM_UP_TURNS) turns[rig.variant]?.push(used);
    }
  }
  const costs = Object.entries(turns).map(([variant, all]) => [variant, costOf(all)]);
  return Object.fromEntries(costs) as Record<Variant, EventCost>;
}

function envOf(variant: Variant, traceEnv: Record<string, string>): Record<string, string> {
  if (variant === 'traces') return traceEnv;
  return variant === 'metrics' ? {} : { LOG_LEVEL: 'silent', NODE_OPTIONS: `--import=${NO_METRICS}` };
}

/** One that is off must have nothing to tell, the others must. */
async function checkVariant({ variant, port }: Rig): Promise<void> {
  const { series } = await scrape(port);
  if ((series.length === 0) !== (variant === 'off')) {
    throw new Error(`the gateway with ${variant} exports ${series.length} series`);
  }
}

async function takeTurn({ variant, pipeline, pid, port }: Rig): Promise<Used> {
  const { traffic, ledger } = pipeline.simulator;
  traffic.start({ eventsPerSecond: EVENTS_PER_SECOND, mix: { message: 1 } });
  await sleep(SETTLE_MS);
  const now = (): Used => ({
    process: cpuSecondsOf(pid),
    eventLoop: mainThreadSecondsOf(pid),
    events: ledger.counts().dispatches,
  });
  const before = now();
  await sleep(MEASURED_MS / 2);
  if (variant !== 'off') await scrape(port);
  await sleep(MEASURED_MS / 2);
  const after = now();
  traffic.stop();
  await untilStored(pipeline);
  return {
    process: after.process - before.process,
    eventLoop: after.eventLoop - before.eventLoop,
    events: after.events - before.events,
  };
}

/** The one that is off has to do the same work. */
async function untilStored(pipeline: Pipeline): Promise<void> {
  const { dispatches } = pipeline.simulator.ledger.counts();
  const deadlineMs = performance.now() + STORED_TIMEOUT_MS;
  for (;;) {
    const stored = await messagesInStream(pipeline);
    if (stored === dispatches) return;
    if (performance.now() > deadlineMs) throw new Error(`${stored} of ${dispatches} events were stored`);
    await sleep(STORED_POLL_MS);
  }
}

function costOf(turns: readonly Used[]): EventCost {
  const sum = (value: (used: Used) => number) => turns.reduce((total, used) => total + value(used), 0);
  const events = sum((used) => used.events);
  return {
    process: (sum((used) => used.process) / events) * 1e6,
    eventLoop: (sum((used) => used.eventLoop) / events) * 1e6,
  };
}
