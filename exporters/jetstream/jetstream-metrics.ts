import type { StreamInfo } from 'nats';
import { Histogram, type Registry } from 'prom-client';

import {
  oncePerScrape,
  scrapedCounter,
  scrapedGauge,
  scrapedUntyped,
  type Sample,
} from '../scraped-metric.ts';
import type { ConsumerCounters } from './consumer-tally.ts';
import type { ConsumerReading, JetStreamReading } from './jetstream-collector.ts';

type Take<T> = (each: T, reading: JetStreamReading) => number | undefined;

/**
 * All families of a scrape come from one collection. Where JetStream could not be read there is
 * `jetstream_exporter_up 0` and no other figure. The gauges bear the names and meanings of
 * https://github.com/nats-io/prometheus-nats-exporter, without the names of leaders and servers as labels.
 */
export function registerJetStreamMetrics(
  registry: Registry,
  collect: () => Promise<JetStreamReading | undefined>,
): void {
  const read = oncePerScrape(collect);
  const samplesOf = (samples: (reading: JetStreamReading) => Sample[]) => async () => {
    const reading = await read();
    return reading ? samples(reading) : [];
  };
  const single = (value: (reading: JetStreamReading) => number | undefined) =>
    samplesOf((reading) => [{ labels: {}, value: value(reading) }]);
  const perStream = (value: Take<StreamInfo>) =>
    samplesOf((reading) =>
      reading.streams.map((stream) => ({
        labels: { stream_name: stream.config.name },
        value: countOf(value(stream, reading)),
      })),
    );
  const perConsumer = (value: Take<ConsumerReading>) =>
    samplesOf((reading) =>
      reading.consumers.map((consumer) => ({
        labels: { stream_name: consumer.info.stream_name, consumer_name: consumer.info.name },
        value: countOf(value(consumer, reading)),
      })),
    );
  const stream = (name: string, help: string, value: Take<StreamInfo>) =>
    scrapedGauge(registry, name, help, perStream(value));
  const consumer = (name: string, help: string, value: Take<ConsumerReading>) =>
    scrapedGauge(registry, name, help, perConsumer(value));
  const counter = (name: string, help: string, value: (counters: ConsumerCounters) => number) =>
    scrapedCounter(
      registry,
      name,
      help,
      perConsumer(({ counters }) => value(counters)),
    );
  /** By advisories: without the stream that captures them there is no such number. */
  const advised = (name: string, help: string, value: (counters: ConsumerCounters) => number) =>
    scrapedCounter(
      registry,
      name,
      help,
      perConsumer(({ counters }, { advisoriesPending }) =>
        advisoriesPending === undefined ? undefined : value(counters),
      ),
    );

  stream('jetstream_stream_total_messages', 'Messages in the stream.', ({ state }) => state.messages);
  stream('jetstream_stream_total_bytes', 'Bytes that the stream holds.', ({ state }) => state.bytes);
  stream(
    'jetstream_stream_limit_messages',
    'Messages that the stream may hold; -1: any number.',
    ({ config }) => config.max_msgs,
  );
  stream(
    'jetstream_stream_limit_bytes',
    'Bytes that the stream may hold; -1: any number.',
    ({ config }) => config.max_bytes,
  );
  stream('jetstream_stream_first_seq', 'Sequence of the oldest message.', ({ state }) => state.first_seq);
  stream('jetstream_stream_last_seq', 'Sequence of the newest message.', ({ state }) => state.last_seq);
  scrapedUntyped(
    registry,
    'jetstream_stream_consumer_count',
    'Consumers of the stream, watched or not.',
    perStream(({ state }) => state.consumer_count),
  );
  scrapedUntyped(
    registry,
    'jetstream_stream_subject_count',
    'Subjects in the stream.',
    perStream(({ state }) => state.num_subjects ?? undefined),
  );
  stream(
    'jetstream_stream_replicas',
    'Copies that the stream should have.',
    ({ config }) => config.num_replicas,
  );
  stream(
    'jetstream_stream_replicas_current',
    'Copies that are up to date, the leader with them.',
    currentReplicas,
  );

  consumer(
    'jetstream_consumer_delivered_consumer_seq',
    'Deliveries of the consumer so far, repeated ones with them.',
    ({ info }) => info.delivered.consumer_seq,
  );
  consumer(
    'jetstream_consumer_delivered_stream_seq',
    'Sequence of the newest message that was delivered.',
    ({ info }) => info.delivered.stream_seq,
  );
  consumer(
    'jetstream_consumer_ack_floor_consumer_seq',
    'Delivery up to which all are acknowledged.',
    ({ info }) => info.ack_floor.consumer_seq,
  );
  consumer(
    'jetstream_consumer_ack_floor_stream_seq',
    'Sequence up to which all messages are acknowledged.',
    ({ info }) => info.ack_floor.stream_seq,
  );
  consumer(
    'jetstream_consumer_num_pending',
    'Messages that wait for their first delivery.',
    ({ info }) => info.num_pending,
  );
  consumer(
    'jetstream_consumer_num_ack_pending',
    'Messages that were delivered and not answered.',
    ({ info }) => info.num_ack_pending,
  );
  consumer(
    'jetstream_consumer_num_redelivered',
    'Messages now tracked with more than one delivery; abandoned ones stay. No counter.',
    ({ info }) => info.num_redelivered,
  );
  consumer(
    'jetstream_consumer_num_waiting',
    'Pull requests that wait for messages.',
    ({ info }) => info.num_waiting,
  );
  consumer(
    'jetstream_consumer_last_delivery_seconds',
    'Time since the last delivery; no series where the server does not know.',
    ({ info }, { takenAtMs }) => secondsSince(info.delivered.last_active, takenAtMs),
  );
  consumer(
    'jetstream_consumer_last_ack_seconds',
    'Time since the last acknowledgement; no series where the server does not know.',
    ({ info }, { takenAtMs }) => secondsSince(info.ack_floor.last_active, takenAtMs),
  );

  counter(
    'jetstream_consumer_deliveries_total',
    'Deliveries, first and repeated ones.',
    ({ deliveries }) => deliveries,
  );
  advised(
    'jetstream_consumer_redeliveries_total',
    'Repeated deliveries.',
    ({ redeliveries }) => redeliveries,
  );
  advised(
    'jetstream_consumer_ack_wait_expirations_total',
    'Deliveries that were not answered within the ack wait.',
    ({ ackWaitExpirations }) => ackWaitExpirations,
  );
  advised(
    'jetstream_consumer_max_deliveries_total',
    'Messages that were delivered as often as allowed and never finished.',
    ({ maxDeliveries }) => maxDeliveries,
  );
  advised('jetstream_consumer_naks_total', 'Deliveries that were refused.', ({ naks }) => naks);
  advised(
    'jetstream_consumer_terminations_total',
    'Messages that a worker ended for good.',
    ({ terminations }) => terminations,
  );

  scrapedGauge(registry, 'jetstream_exporter_up', '1 when this scrape could read JetStream.', async () => [
    { labels: {}, value: Number((await read()) !== undefined) },
  ]);
  scrapedGauge(
    registry,
    'jetstream_exporter_missing',
    'Streams and consumers that exist but whose leader did not answer: they have no figures.',
    samplesOf(({ missing }) => Object.entries(missing).map(([kind, value]) => ({ labels: { kind }, value }))),
  );
  scrapedGauge(
    registry,
    'jetstream_exporter_advisories_pending',
    'Captured advisories that are not counted yet; no series where no stream captures them.',
    single(({ advisoriesPending }) => advisoriesPending),
  );
}

export function registerCollectHistogram(registry: Registry): (seconds: number) => void {
  const histogram = new Histogram({
    name: 'jetstream_exporter_collect_seconds',
    help: 'Time that one collection took.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return (seconds) => histogram.observe(seconds);
}

/** Servers have counted below zero, which 64 unsigned bits show as a number beyond any count. */
function countOf(value: number | undefined): number | undefined {
  return value !== undefined && value < 2 ** 63 ? value : undefined;
}

function currentReplicas({ cluster }: StreamInfo): number {
  const followers = cluster?.replicas ?? [];
  return 1 + followers.filter(({ current, offline }) => current && !offline).length;
}

/** The library's types call this time a number; servers send it as text. */
function secondsSince(time: unknown, nowMs: number): number | undefined {
  const atMs = Date.parse(String(time));
  // Year 1 stands for never; another machine's clock may be ahead of ours.
  return atMs > 0 ? Math.max(0, nowMs - atMs) / 1_000 : undefined;
}
