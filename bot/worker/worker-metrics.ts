import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import { CONSUMER_NAMES, MOVER_CONSUMER, type ConsumerName } from '../streams.ts';

export const OUTCOMES = ['ack', 'retry', 'dead', 'expired'] as const;

/** How a dead letter came to be: written by the worker, or moved after the server gave up on a message. */
export const DEAD_LETTER_PATHS = ['worker', 'mover'] as const;
/** Consumers that are not ours but read our streams. */
export const OTHER_CONSUMER = 'other';

export interface WorkerMetrics {
  readonly deliveries: Counter<'consumer_name' | 'redelivered'>;
  readonly events: Counter<'consumer_name' | 'outcome'>;
  readonly handlerSeconds: Histogram<'consumer_name'>;
  readonly eventAgeSeconds: Histogram<'consumer_name'>;
  readonly inFlight: Gauge<'consumer_name'>;
  readonly renewals: Counter<'consumer_name'>;
  readonly deadLetters: Counter<'consumer_name' | 'path' | 'payload'>;
  readonly restRequests: Counter<'method' | 'route' | 'status'>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * The metric families of the worker. Series of the consumers that this process runs stand at 0 from the
 * start, so that the first increase is seen.
 */
export function registerWorkerMetrics(
  registry: Registry,
  consumers: readonly ConsumerName[],
  inFlight: (consumer: ConsumerName) => number,
): WorkerMetrics {
  const registers = [registry];
  const metrics: WorkerMetrics = {
    deliveries: new Counter({
      name: 'worker_deliveries_total',
      help: 'Messages taken from JetStream, by whether they had been delivered before.',
      labelNames: ['consumer_name', 'redelivered'],
      registers,
    }),
    events: new Counter({
      name: 'worker_events_total',
      help: 'Events by how their handling ended: ack, retry, dead (letter) or expired.',
      labelNames: ['consumer_name', 'outcome'],
      registers,
    }),
    handlerSeconds: new Histogram({
      name: 'worker_handler_seconds',
      help: 'How long handlers took to settle, whatever the outcome.',
      labelNames: ['consumer_name'],
      buckets: SECONDS,
      registers,
    }),
    eventAgeSeconds: new Histogram({
      name: 'worker_event_age_seconds',
      help: 'From the gateway receiving an event to its handling being done (outcome ack).',
      labelNames: ['consumer_name'],
      buckets: SECONDS,
      registers,
    }),
    inFlight: new Gauge({
      name: 'worker_in_flight',
      help: 'Events being handled now.',
      labelNames: ['consumer_name'],
      registers,
      collect() {
        for (const consumer of consumers) this.set({ consumer_name: consumer }, inFlight(consumer));
      },
    }),
    renewals: new Counter({
      name: 'worker_consume_renewals_total',
      help: 'Times the watchdog renewed a consume that had stalled.',
      labelNames: ['consumer_name'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'worker_dead_letters_total',
      help: 'Dead letters stored, by path (worker: last attempt; mover: crash loop) and whether the payload was still there.',
      labelNames: ['consumer_name', 'path', 'payload'],
      registers,
    }),
    restRequests: new Counter({
      name: 'discord_rest_requests_total',
      help: 'Answers of the Discord REST API by method, route and HTTP status; failed or aborted where none came.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
  };
  startAtZero(metrics, consumers);
  return metrics;
}

function startAtZero(metrics: WorkerMetrics, consumers: readonly ConsumerName[]): void {
  for (const consumer of consumers) {
    const consumer_name = consumer;
    for (const redelivered of ['true', 'false']) metrics.deliveries.inc({ consumer_name, redelivered }, 0);
    for (const outcome of OUTCOMES) metrics.events.inc({ consumer_name, outcome }, 0);
    metrics.handlerSeconds.zero({ consumer_name });
    metrics.eventAgeSeconds.zero({ consumer_name });
  }
  for (const consumer_name of [...consumers, MOVER_CONSUMER.durable_name]) {
    metrics.renewals.inc({ consumer_name }, 0);
  }
  // Every process moves for all consumers.
  for (const consumer_name of [...CONSUMER_NAMES, OTHER_CONSUMER]) {
    for (const path of DEAD_LETTER_PATHS) {
      for (const payload of ['present', 'gone']) metrics.deadLetters.inc({ consumer_name, path, payload }, 0);
    }
  }
}
