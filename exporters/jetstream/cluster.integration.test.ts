import { AckPolicy, connect, nanos, type JetStreamManager, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, test, vi } from 'vitest';

import { STREAMS } from '../../bot/streams.ts';
import { ADVISORIES_STREAM } from '../../runtime/nats/consumer-advisory.ts';
import { NatsCluster } from '../../deploy/local/nats-cluster.ts';
import { countersIn, ExporterProcess } from './testing/exporter-process.ts';
import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';

const ADVISORIES = STREAMS.find(({ name }) => name === ADVISORIES_STREAM);
const PUBLISHED = 400;
const HANDLED = 150;
/** Of those delivered: refused once, and never answered again. */
const REFUSED = 40;
const POLL = { timeout: 30_000, interval: 250 };

describe.concurrent.each(await testedVersions('nats-server'))('three servers $version', ({ binary }) => {
  let cluster: NatsCluster;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  let exporter: ExporterProcess;

  beforeAll(async () => {
    cluster = await NatsCluster.start({ binary });
    connection = await connect({ servers: cluster.url.split(','), maxReconnectAttempts: -1 });
    manager = await connection.jetstreamManager({ checkAPI: false });
    // Three copies cannot be placed before all servers have met and elected a leader.
    await vi.waitFor(createStreams, POLL);
    exporter = await ExporterProcess.start(cluster.url);
    await manager.consumers.add('WORK', {
      durable_name: 'taker',
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(60_000),
      max_deliver: 2,
      filter_subject: 'work.a',
    });
    const jetstream = connection.jetstream();
    for (let index = 0; index < PUBLISHED; index += 1) await jetstream.publish('work.a', `${index}`);
  });

  afterAll(async () => {
    await connection.close();
    await exporter[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  async function createStreams(): Promise<void> {
    if (ADVISORIES) await manager.streams.add({ ...ADVISORIES, num_replicas: 3 });
    await manager.streams.add({ name: 'WORK', subjects: ['work.>'], num_replicas: 3 });
  }

  async function gauge(family: string): Promise<number> {
    return (await exporter.scrape()).sum(family, { stream_name: 'WORK' });
  }

  /** Takes messages; the first REFUSED are refused, the others acknowledged. */
  async function take(count: number): Promise<void> {
    const consumer = await connection.jetstream().consumers.get('WORK', 'taker');
    let taken = 0;
    for await (const message of await consumer.fetch({ max_messages: count, expires: 10_000 })) {
      if (taken < REFUSED) message.nak(3_600_000);
      else message.ack();
      taken += 1;
    }
    if (taken !== count) throw new Error(`took ${taken} of ${count}`);
  }

  async function leaderOf(): Promise<string> {
    return (await manager.consumers.info('WORK', 'taker')).cluster?.leader ?? '';
  }

  test('each figure is the leader’s, once, and a change of leader makes no jump', async ({ expect }) => {
    await take(HANDLED);
    const expected = {
      deliveries: HANDLED,
      redeliveries: 0,
      ackWaitExpirations: 0,
      maxDeliveries: 0,
      naks: REFUSED,
      terminations: 0,
    };
    await expect.poll(async () => countersIn(await exporter.scrape(), 'taker'), POLL).toEqual(expected);
    expect(await gauge('jetstream_consumer_num_pending')).toBe(PUBLISHED - HANDLED);
    expect(await gauge('jetstream_consumer_num_ack_pending')).toBe(REFUSED);
    expect(await gauge('jetstream_stream_total_messages')).toBe(PUBLISHED);
    expect(await gauge('jetstream_stream_replicas')).toBe(3);
    await expect.poll(async () => gauge('jetstream_stream_replicas_current'), POLL).toBe(3);
    // One series a consumer, whoever leads it.
    const { text } = await exporter.scrape();
    expect(text.match(/^jetstream_consumer_num_pending\{[^}]*"taker"/gm)).toHaveLength(1);

    const leaders = [await leaderOf()];
    const stopWatching = new AbortController();
    const watched = watch(stopWatching.signal);
    await connection.request('$JS.API.CONSUMER.LEADER.STEPDOWN.WORK.taker', '');
    await expect.poll(leaderOf, POLL).not.toBe(leaders[0]);
    leaders.push(await leaderOf());
    // And once more, the hard way.
    await cluster.named(leaders[1] ?? '').kill();
    await expect.poll(async () => leaderOf().catch(() => leaders[1]), POLL).not.toBe(leaders[1]);
    leaders.push(await leaderOf());
    await expect.poll(async () => gauge('jetstream_stream_replicas_current'), POLL).toBe(2);
    await take(10 + REFUSED);
    const after = { ...expected, deliveries: HANDLED + 10 + REFUSED, naks: 2 * REFUSED };
    await expect.poll(async () => countersIn(await exporter.scrape(), 'taker'), POLL).toEqual(after);
    stopWatching.abort();
    const seen = await watched;
    console.info(
      `leaders ${leaders.join(' -> ')}: ${seen.length} scrapes, deliveries ${[...new Set(seen)].join(', ')}`,
    );
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(HANDLED);
    expect(Math.max(...seen)).toBeLessThanOrEqual(after.deliveries);
    expect(await gauge('jetstream_consumer_num_pending')).toBe(PUBLISHED - HANDLED - 10 - REFUSED);
    await cluster.named(leaders[1] ?? '').startAgain();
  });

  /** Deliveries at every scrape in which the consumer had figures. */
  async function watch(signal: AbortSignal): Promise<number[]> {
    const seen: number[] = [];
    while (!signal.aborted) {
      const scraped = await exporter.scrape();
      if (scraped.text.includes('jetstream_consumer_deliveries_total{'))
        seen.push(countersIn(scraped, 'taker').deliveries);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return seen;
  }
});
