import { AckPolicy, connect, nanos, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, test } from 'vitest';

import { STREAMS } from '../../bot/streams.ts';
import { ADVISORIES_STREAM } from '../../runtime/nats/consumer-advisory.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { LocalProcess } from '../../deploy/local/process.ts';
import type { ConsumerCounters } from './consumer-tally.ts';
import { countersIn, ExporterProcess } from './testing/exporter-process.ts';
import { Ledger, LedgerWorker, ROLES } from './testing/ledger-worker.ts';
import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';

const ADVISORIES = STREAMS.find(({ name }) => name === ADVISORIES_STREAM);
const PUBLISHED = 1_000;
const MAX_DELIVER = 3;
const POLL = { timeout: 40_000, interval: 500 };
/** Consumer -> its filter; every fifth message is of another subject. */
const CONSUMERS = { filtered: 'work.a', unfiltered: undefined } as const;
type Name = keyof typeof CONSUMERS;
const NAMES = Object.keys(CONSUMERS) as Name[];

const crashed = ROLES.find(({ role }) => role === 'crash')?.count ?? 0;

describe.concurrent.each(await testedVersions('nats-server'))('nats-server $version', ({ binary }) => {
  let server: NatsServer;
  let connection: NatsConnection;
  let exporter: ExporterProcess;
  const ledgers = { filtered: new Ledger(), unfiltered: new Ledger() };
  const sequences: Record<Name, number[]> = { filtered: [], unfiltered: [] };
  const seen: Record<Name, ConsumerCounters[]> = { filtered: [], unfiltered: [] };

  beforeAll(async () => {
    server = await NatsServer.start({ binary });
    connection = await connect({ servers: server.url });
    const manager = await connection.jetstreamManager();
    if (ADVISORIES) await manager.streams.add(ADVISORIES);
    await manager.streams.add({ name: 'WORK', subjects: ['work.>'] });
    exporter = await ExporterProcess.start(server.url);
    for (const name of NAMES) {
      const filter = CONSUMERS[name];
      await manager.consumers.add('WORK', {
        durable_name: name,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(2_000),
        max_deliver: MAX_DELIVER,
        ...(filter ? { filter_subject: filter } : {}),
      });
    }
    const jetstream = connection.jetstream();
    for (let index = 0; index < PUBLISHED; index += 1) {
      const subject = index % 5 === 4 ? 'work.b' : 'work.a';
      const { seq } = await jetstream.publish(subject, `${index}`);
      sequences.unfiltered.push(seq);
      if (subject === CONSUMERS.filtered) sequences.filtered.push(seq);
    }
  });

  afterAll(async () => {
    await connection.close();
    await exporter[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  /** Takes messages and dies with them. */
  async function crashWorker(name: Name): Promise<void> {
    const worker = new LocalProcess({
      name: `crashing-${name}`,
      command: process.execPath,
      args: ['exporters/jetstream/testing/crashing-worker.ts', server.url, 'WORK', name, String(crashed)],
      env: { PATH: process.env['PATH'] },
    });
    await worker.waitForLine((line) => line.startsWith('took') || undefined);
    await worker.stop('SIGKILL');
    for (let count = 0; count < crashed; count += 1) ledgers[name].received(1);
    ledgers[name].unanswered += crashed;
  }

  test('every counter equals the ledger of the client, and none was ever ahead of it or fell', async ({
    expect,
  }) => {
    const stop = new AbortController();
    const jetstream = connection.jetstream();
    await Promise.all(NAMES.map(crashWorker));
    const workers = NAMES.map(async (name) => {
      const consumer = await jetstream.consumers.get('WORK', name);
      await new LedgerWorker(consumer, sequences[name], MAX_DELIVER, ledgers[name]).run(stop.signal);
    });
    for (const name of NAMES) {
      await expect
        .poll(async () => {
          const counters = countersIn(await exporter.scrape(), name);
          seen[name].push(counters);
          // The crashed worker's deliveries are all in; so the ledger may only be behind for a moment.
          return [counters.maxDeliveries, counters.ackWaitExpirations];
        }, POLL)
        .toEqual([100, crashed + 3 * 100]);
    }
    for (const name of NAMES) {
      await expect
        .poll(async () => countersIn(await exporter.scrape(), name), POLL)
        .toEqual(ledgers[name].counters());
    }
    stop.abort();
    await Promise.all(workers);

    for (const name of NAMES) {
      const counters = countersIn(await exporter.scrape(), name);
      console.info(`${name}: ${JSON.stringify(counters)}`);
      expect(counters).toEqual(ledgers[name].counters());
      expect(counters).toMatchObject({ maxDeliveries: 100, naks: 50, terminations: 20 });
      expect(counters.ackWaitExpirations).toBe(
        counters.redeliveries + counters.maxDeliveries - counters.naks,
      );
      for (const family of Object.keys(counters) as (keyof ConsumerCounters)[]) {
        const values = seen[name].map((each) => each[family]);
        expect(values).toEqual(values.toSorted((a, b) => a - b));
        expect(Math.max(...values)).toBeLessThanOrEqual(counters[family]);
      }
    }
  });
});
