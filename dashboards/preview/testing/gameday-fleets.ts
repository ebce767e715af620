import { setTimeout as sleep } from 'node:timers/promises';

import type { Heal, PagingScenario } from '../../../alerts/gameday/scenario.ts';
import { SCENARIOS } from '../../../alerts/gameday/scenarios/scenarios.ts';
import { startFleet } from '../../../alerts/gameday/start-fleet.ts';
import { FAST_TIMING } from '../../../alerts/gameday/timing.ts';
import type { Fleet } from '../../../alerts/gameday/fleet.ts';
import { findPlace, TestCgroup } from '../../../exporters/memory/testing/test-cgroup.ts';
import type { FleetState } from '../options.ts';

/** What a picture of a fleet is drawn from. */
export interface FleetView {
  readonly prometheus: string;
  readonly from: string;
  readonly to: string;
}

export interface FleetOptions {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** More than the game day's own: a picture wants something to show. */
const TRAFFIC = { eventsPerSecond: 60, blockedRatio: 0.03 };
/** Of each process, as an orchestrator would set one: what it took before it got there does not count. */
const MEMORY_LIMIT_BYTES = 256 * 1024 ** 2;
const HEALTHY_MS = 210_000;
/** Before the faults, where only the broken fleet is wanted. */
const BEFORE_MS = 90_000;
const HEALTHY_VIEW = 'now-3m';
const BROKEN_VIEW = 'now-6m';

interface Fault {
  /** Of the game day's scenario. */
  readonly name: string;
  /** Until the next one. */
  readonly thenMs: number;
  /** Instead of the scenario's own. */
  readonly traffic?: typeof POISONED;
}

/** A share that the worker can still repeat as fast as Discord lets it. */
const POISONED = { ...TRAFFIC, blockedRatio: 0.25 };

/** One after the other, so that a picture shows what began when. */
const FAULTS: readonly Fault[] = [
  { name: 'heartbeat-slow-warning', thenMs: 10_000 },
  { name: 'memory-high', thenMs: 20_000 },
  { name: 'poison-many', thenMs: 60_000, traffic: POISONED },
  { name: 'shard-deaf', thenMs: 60_000 },
  { name: 'worker-hung', thenMs: 90_000 },
];

/**
 * Starts a fleet of the game day (real processes with shortened intervals, Discord simulated) and calls `look`
 * once it has been in each state for a while. Everything is ended and removed afterwards.
 */
export async function withFleets(
  states: readonly FleetState[],
  { signal, log }: FleetOptions,
  look: (state: FleetState, view: FleetView) => Promise<void>,
): Promise<void> {
  log(`game day: starting a fleet, ${FAST_TIMING.description}`);
  // They can be removed only when their processes have ended.
  await using containers = new AsyncDisposableStack();
  await using fleet = await startFleet(FAST_TIMING, signal);
  await limitMemory(fleet, containers, log);
  fleet.traffic(TRAFFIC);
  const healthyMs = states.includes('healthy') ? HEALTHY_MS : BEFORE_MS;
  log(`game day: healthy for ${healthyMs / 1_000} s`);
  await sleep(healthyMs, undefined, { signal });
  const view = { prometheus: fleet.prometheus.url, to: 'now' };
  if (states.includes('healthy')) await look('healthy', { ...view, from: HEALTHY_VIEW });
  if (!states.includes('broken')) return;
  await using healing = new AsyncDisposableStack();
  for (const { name, thenMs, traffic } of FAULTS) {
    const heal = await inject(fleet, name, log);
    if (heal) healing.defer(heal);
    if (traffic) {
      fleet.traffic(traffic);
      log(`game day: of ${traffic.blockedRatio * 100}% instead`);
    }
    await sleep(thenMs, undefined, { signal });
  }
  await look('broken', { ...view, from: BROKEN_VIEW });
}

async function limitMemory(
  { gateways, workers, exporter }: Fleet,
  containers: AsyncDisposableStack,
  log: FleetOptions['log'],
): Promise<void> {
  const place = await findPlace();
  if (typeof place === 'string') {
    log(`game day: without memory limits: ${place}`);
    return;
  }
  for (const service of [...gateways, ...workers, exporter]) {
    const container = containers.use(new TestCgroup(place, service.name));
    container.limitTo(MEMORY_LIMIT_BYTES);
    container.add(service.pid);
  }
}

/** Undefined where this machine cannot do it, which is said. */
async function inject(fleet: Fleet, name: string, log: FleetOptions['log']): Promise<Heal | undefined> {
  const scenario = SCENARIOS.find(
    (each): each is PagingScenario => each.kind === 'pages' && each.name === name,
  );
  if (!scenario) throw new Error(`the game day has no fault "${name}"`);
  const impossible = await scenario.impossible?.();
  if (impossible !== undefined) {
    log(`game day: left out: ${scenario.title}: ${impossible}`);
    return undefined;
  }
  log(`game day: ${scenario.title}`);
  return scenario.inject(fleet);
}
