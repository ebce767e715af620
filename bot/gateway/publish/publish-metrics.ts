import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface PublishMetrics {
  onAck(seconds: number, duplicate: boolean): void;
  onFailure(): void;
}

/** @param pending how many messages wait for their acknowledgement, read at each scrape */
export function registerPublishMetrics(registry: Registry, pending: () => number): PublishMetrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'discord_publish_seconds',
    help: 'Time from the first send of a dispatch to its acknowledgement by JetStream, retries included.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const failures = new Counter({
    name: 'discord_publish_failures_total',
    help: 'Publishes that JetStream refused or that could not be sent; each is tried again.',
    registers,
  });
  const duplicates = new Counter({
    name: 'discord_publish_duplicates_total',
    help: 'Dispatches that were in the stream already and were dropped by their message id.',
    registers,
  });
  registry.registerMetric(
    new Gauge({
      name: 'discord_publish_pending',
      help: 'Dispatches sent to JetStream and not acknowledged yet.',
      registers: [],
      collect() {
        this.set(pending());
      },
    }),
  );
  return {
    onAck(duration, duplicate) {
      seconds.observe(duration);
      if (duplicate) duplicates.inc();
    },
    onFailure: () => failures.inc(),
  };
}
