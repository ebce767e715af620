import type { Service } from './service.ts';
import { msOf, type Timing } from './timing.ts';

interface Sample {
  readonly atMs: number;
  readonly all: number;
  readonly repeated: number;
}

const FAMILY = 'worker_deliveries_total';
const LOOK_EVERY_MS = 1_000;

/** What the alert computes, without Prometheus: from the worker's own counters, looked at every second. */
export class RedeliveryShare {
  readonly #windowMs: number;
  readonly #minDeliveries: number;
  readonly #timer: NodeJS.Timeout;
  #samples: Sample[] = [];

  constructor(worker: Service | undefined, consumer: string, { settings }: Timing) {
    const { window, minDeliveries } = settings.thresholds.JetStreamRedeliveryRateHigh;
    this.#windowMs = msOf(window);
    this.#minDeliveries = minDeliveries;
    this.#timer = setInterval(() => void this.#look(worker, consumer), LOOK_EVERY_MS);
  }

  /** 0 while there are too few deliveries. */
  get share(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last) return 0;
    const all = last.all - first.all;
    return all >= this.#minDeliveries ? (last.repeated - first.repeated) / all : 0;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #look(worker: Service | undefined, consumer: string): Promise<void> {
    // A worker that is stopped or restarts says nothing; the next look will tell.
    const scraped = await worker?.scrape().catch(() => undefined);
    if (!scraped) return;
    const atMs = performance.now();
    const all = scraped.sum(FAMILY, { consumer_name: consumer });
    const repeated = scraped.sum(FAMILY, { consumer_name: consumer, redelivered: 'true' });
    // Began anew.
    if (all < (this.#samples.at(-1)?.all ?? 0)) this.#samples = [];
    this.#samples.push({ atMs, all, repeated });
    this.#samples = this.#samples.filter((sample) => sample.atMs >= atMs - this.#windowMs);
  }
}
