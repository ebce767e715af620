import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A few series to be scraped, of shards of which one is in trouble. */
export class SampleMetrics implements AsyncDisposable {
  readonly #server = createServer((_, response) => response.end(this.#text()));
  #scrapes = 0;

  static async start(): Promise<SampleMetrics> {
    const metrics = new SampleMetrics();
    await new Promise<void>((resolve) => metrics.#server.listen(0, '127.0.0.1', resolve));
    return metrics;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #text(): string {
    this.#scrapes += 1;
    const events = this.#scrapes * 10;
    return [
      'sample_gap_seconds{shard="0"} 3',
      'sample_gap_seconds{shard="1"} 45',
      `sample_events_total{shard="0"} ${events}`,
      `sample_latency_bucket{le="0.1"} ${events}`,
      `sample_latency_bucket{le="1"} ${events * 2}`,
      `sample_latency_bucket{le="+Inf"} ${events * 2}`,
      '',
    ].join('\n');
  }
}
