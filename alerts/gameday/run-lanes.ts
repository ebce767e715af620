import type { Fleet } from './fleet.ts';
import type { ScenarioResult } from './result.ts';
import { runScenario, untilQuiet } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { startFleet } from './start-fleet.ts';
import type { Timing } from './timing.ts';

/** How long the last alerts of a scenario may still be there before the next one. */
const QUIET_MS = 5_000;

export interface LanesParts {
  readonly scenarios: readonly Scenario[];
  readonly lanes: number;
  readonly timing: Timing;
  readonly signal: AbortSignal;
  /** Told what a lane does now. */
  readonly progress: (lane: number, text: string) => void;
  readonly onResult: (result: ScenarioResult) => void;
}

/** Runs all scenarios, several fleets at a time; each lane takes the next one when it is through. */
export async function runLanes(parts: LanesParts): Promise<ScenarioResult[]> {
  const queue = [...parts.scenarios];
  const results = new Map<string, ScenarioResult>();
  const count = Math.min(parts.lanes, queue.length);
  const lanes = Array.from({ length: count }, async (_, lane) => runLane(parts, lane, queue, results));
  const ended = await Promise.allSettled(lanes);
  parts.signal.throwIfAborted();
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
  return parts.scenarios.flatMap(({ name }) => results.get(name) ?? []);
}

async function runLane(
  { timing, signal, progress, onResult }: LanesParts,
  lane: number,
  queue: Scenario[],
  results: Map<string, ScenarioResult>,
): Promise<void> {
  let fleet: Fleet | undefined;
  try {
    for (let scenario = queue.shift(); scenario; scenario = queue.shift()) {
      const { name } = scenario;
      if (!fleet) {
        progress(lane, 'starting a fleet');
        fleet = await startFleet(timing, signal);
      }
      const result = await runScenario(
        { fleet, timing, signal, progress: (text) => progress(lane, `${name}: ${text}`) },
        scenario,
      );
      results.set(name, result);
      onResult(result);
      // The next one needs silence; where alerts are kept for long, a new fleet has it sooner.
      if (await untilQuiet(fleet, QUIET_MS, signal)) continue;
      await fleet[Symbol.asyncDispose]();
      fleet = undefined;
    }
  } finally {
    progress(lane, 'stopping');
    await fleet?.[Symbol.asyncDispose]();
  }
}
