import { msOf, type Timing } from './timing.ts';
import type { Service } from './service.ts';

interface Sample {
  readonly atMs: number;
  readonly all: number;
  readonly repeated: number;
}

const FAMILY = 'worker_deliveries_total';

/** What the alert computes, computed without Prometheus: from the workers' counters, looked at often. */
export class RedeliveryShare {
  readonly #workers: readonly Service[];
  readonly #windowMs: number;
  readonly #minDeliveries: number;
  readonly #samples = new Map<string, Sample[]>();

  constructor(workers: readonly Service[], { settings }: Timing) {
    const { window, minDeliveries } = settings.thresholds.JetStreamRedeliveryRateHigh;
    this.#workers = workers;
    this.#windowMs = msOf(window);
    this.#minDeliveries = minDeliveries;
  }

  /** Since it was first asked for, at most the window; 0 while there are too few deliveries. */
  async of(consumer: string): Promise<number> {
    const scrapes = await Promise.all(this.#workers.map(async (worker) => worker.scrape()));
    const sum = (labels: Readonly<Record<string, string>>) =>
      scrapes.reduce((total, scraped) => total + scraped.sum(FAMILY, labels), 0);
    const now = {
      atMs: performance.now(),
      all: sum({ consumer_name: consumer }),
      repeated: sum({ consumer_name: consumer, redelivered: 'true' }),
    };
    const samples = this.#samples.get(consumer) ?? [];
    this.#samples.set(consumer, samples);
    samples.push(now);
    while (samples[0] && samples[0].atMs < now.atMs - this.#windowMs) samples.shift();
    const first = samples[0] ?? now;
    const all = now.all - first.all;
    return all >= this.#minDeliveries ? (now.repeated - first.repeated) / all : 0;
  }
}
