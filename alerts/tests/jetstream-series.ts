import type { Duration } from '../thresholds.ts';
import { hold, rise } from './values.ts';

export interface ConsumerStory {
  readonly consumer?: string;
  readonly namespace?: string;
  readonly pending?: string;
  readonly ackPending?: string;
  /** Sequence of the newest message that was delivered. */
  readonly delivered?: string;
  readonly ackFloor?: string;
  readonly deliveries?: string;
  readonly redeliveries?: string;
  readonly maxDeliveries?: string;
}

const LONG: Duration = '30m';

/** A consumer that keeps up: ten messages a sample. */
const WELL = {
  pending: hold(0, LONG),
  ackPending: hold(3, LONG),
  delivered: rise(100, 10, LONG),
  ackFloor: rise(90, 10, LONG),
  deliveries: rise(100, 10, LONG),
  redeliveries: hold(0, LONG),
  maxDeliveries: hold(0, LONG),
} as const satisfies ConsumerStory;

const METRICS = {
  pending: 'num_pending',
  ackPending: 'num_ack_pending',
  delivered: 'delivered_stream_seq',
  ackFloor: 'ack_floor_stream_seq',
  deliveries: 'deliveries_total',
  redeliveries: 'redeliveries_total',
  maxDeliveries: 'max_deliveries_total',
} as const satisfies Record<keyof typeof WELL, string>;

/** What the exporter says about one consumer. */
export function consumer({ consumer: name = 'moderation-worker', namespace, ...story }: ConsumerStory) {
  const place = `job="exporter",instance="e0"${namespace ? `,namespace="${namespace}"` : ''}`;
  const series: Record<string, string> = {};
  for (const key of Object.keys(WELL) as (keyof typeof WELL)[]) {
    const selector = `jetstream_consumer_${METRICS[key]}{${place},stream_name="DISCORD_EVENTS",consumer_name="${name}"}`;
    series[selector] = story[key] ?? WELL[key];
  }
  return series;
}

export interface WorkerStory {
  readonly consumer?: string;
  readonly instance?: string;
  readonly first: string;
  readonly redelivered: string;
}

/** What a worker says about its deliveries. */
export function worker({
  consumer: name = 'moderation-worker',
  instance = 'w0',
  first,
  redelivered,
}: WorkerStory) {
  const place = `job="worker",instance="${instance}",consumer_name="${name}"`;
  return {
    [`worker_deliveries_total{${place},redelivered="false"}`]: first,
    [`worker_deliveries_total{${place},redelivered="true"}`]: redelivered,
  };
}
