import { Fleet } from './fleet.ts';
import type { ScenarioResult } from './result.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import type { Timing } from './timing.ts';

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
  progress(lane, 'starting a fleet');
  await using fleet = await Fleet.start(timing, signal);
  for (let scenario = queue.shift(); scenario; scenario = queue.shift()) {
    const { name } = scenario;
    const result = await runScenario(
      { fleet, timing, signal, progress: (text) => progress(lane, `${name}: ${text}`) },
      scenario,
    );
    results.set(name, result);
    onResult(result);
    progress(lane, `${name}: waiting for calm`);
    await fleet.settled(signal);
  }
  progress(lane, 'stopping');
}
