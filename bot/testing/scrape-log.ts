import { setTimeout as sleep } from 'node:timers/promises';

import { wallClockMs } from '../simulator/clock.ts';
import type { Pipeline } from './pipeline.ts';
import type { Scrape } from './scrape.ts';

const INTERVAL_MS = 250;
/** Of the moments within a scrape at which it may have been computed. */
const STEP_MS = 5;
const MAX_STEPS = 60;

/** One attempt to scrape one gateway; moments in milliseconds since 1970. */
export interface Observation {
  readonly ordinal: number;
  readonly pid: number;
  readonly from: number;
  readonly to: number;
  /** Undefined: nobody answered. */
  readonly scrape: Scrape | undefined;
}

/** Scrapes every gateway of a pipeline four times a second, and keeps what it got. */
export class ScrapeLog implements AsyncDisposable {
  readonly observations: Observation[] = [];
  readonly #pipeline: Pipeline;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
    this.#running = this.#run();
  }

  /** Of one gateway between two moments. */
  of(ordinal: number, from = 0, to = Infinity): Observation[] {
    return this.observations.filter((one) => one.ordinal === ordinal && one.from >= from && one.to <= to);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const rounds = [...this.#pipeline.gateways.keys()].map(async (ordinal) => this.#observe(ordinal));
      await Promise.all([...rounds, sleep(INTERVAL_MS)]);
    }
  }

  async #observe(ordinal: number): Promise<void> {
    const gateway = this.#pipeline.gateways.get(ordinal);
    if (!gateway) return;
    const { pid } = gateway.process;
    const from = wallClockMs();
    // One that does not listen yet, or no more, is as gone for Prometheus as one that is not there.
    const answer = gateway.port().then(async () => gateway.scrape());
    const scrape = await Promise.race([answer.catch(() => undefined), sleep(2 * INTERVAL_MS)]);
    this.observations.push({ ordinal, pid, from, to: wallClockMs(), scrape: scrape ?? undefined });
  }
}

/**
 * How far the scraped numbers are from the truth where they are farthest; Infinity where a number is
 * there and should not, or the other way round. A scrape may have been computed at any moment between
 * its request and its answer, and what came to the gateway shortly before need not be read yet.
 */
export function worstError(
  observations: readonly Observation[],
  value: (scrape: Scrape) => number | undefined,
  truth: (moments: readonly number[]) => (number | undefined)[],
): number {
  let worst = 0;
  for (const { from, to, scrape } of observations) {
    if (!scrape) continue;
    const duration = to - from;
    const step = Math.max(STEP_MS, (2 * duration) / MAX_STEPS);
    const moments: number[] = [];
    for (let moment = from - duration; moment <= to; moment += step) moments.push(moment);
    const scraped = value(scrape);
    const errors = truth(moments).map((expected) => distance(scraped, expected));
    worst = Math.max(worst, Math.min(...errors));
  }
  return worst;
}

function distance(one: number | undefined, other: number | undefined): number {
  if (one === undefined && other === undefined) return 0;
  return one === undefined || other === undefined ? Infinity : Math.abs(one - other);
}
