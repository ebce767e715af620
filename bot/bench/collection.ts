import { AckPolicy, connect, nanos, StorageType, type NatsConnection } from 'nats';

import { freePort } from '../../deploy/local/free-port.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { parseScrape } from '../testing/scrape.ts';
import { ADVISORIES_STREAM } from '../../runtime/nats/consumer-advisory.ts';
import { STREAMS } from '../streams.ts';
import { startOurs, startPeer, type Exporter, type Subject } from './collection-subjects.ts';
import { cpuSecondsOf, median } from './measure.ts';

export type { Exporter } from './collection-subjects.ts';

export interface CollectionCost {
  readonly exporter: Exporter;
  readonly consumers: number;
  /** Until the last byte of a scrape. */
  readonly medianMs: number;
  /** CPU of the exporter for one scrape. */
  readonly cpuMs: number;
  /** CPU of nats-server for one scrape. */
  readonly serverCpuMs: number;
  readonly bytes: number;
  /** To NATS, for one scrape. */
  readonly requests: number;
}

export interface CollectionRound {
  readonly costs: readonly CollectionCost[];
  readonly serverVersion: string;
  readonly peer: { readonly version: string } | { readonly missing: string };
}

const STREAM_COUNT = 10;
const MESSAGES = 20;
/** Messages that each consumer has taken and not answered. */
const UNANSWERED = 5;
/** Beyond the run, so that none comes again. */
const ACK_WAIT_MS = 3_600_000;
const WARM_UP_MS = 2_000;
/** Each exporter is scraped for so long without a pause, in turns with the other. */
const TURN_MS = 2_000;
const TURNS = 4;

/** Scrapes of our exporter and of its peer, where that can be had, against one server. */
export async function measureCollection(consumers: number): Promise<CollectionRound> {
  await using stack = new AsyncDisposableStack();
  const monitorPort = await freePort();
  const server = stack.use(await NatsServer.start({ config: `http: "127.0.0.1:${monitorPort}"` }));
  const monitorUrl = `http://127.0.0.1:${monitorPort}`;
  const connection = await connect({ servers: server.url });
  stack.defer(async () => connection.close());
  await fill(connection, consumers);

  const peer = await startPeer(stack, monitorUrl);
  const subjects = [await startOurs(stack, server.url, monitorUrl)];
  if ('subject' in peer) subjects.push(peer.subject);
  for (const subject of subjects) {
    await checkScrape(subject, consumers);
    await takeTurn(subject, server.pid, WARM_UP_MS);
  }
  const turns = subjects.map((subject) => ({ subject, used: [] as Used[] }));
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const { subject, used } of turn % 2 === 0 ? turns : turns.toReversed()) {
      used.push(await takeTurn(subject, server.pid, TURN_MS));
    }
  }
  const costs = turns.map(({ subject, used }) => ({
    ...costOf(used),
    exporter: subject.exporter,
    consumers,
  }));
  const serverVersion = connection.info?.version ?? 'unknown';
  return { costs, serverVersion, peer: 'missing' in peer ? peer : { version: peer.version } };
}

interface Used {
  readonly times: readonly number[];
  readonly cpuSeconds: number;
  readonly serverCpuSeconds: number;
  readonly requests: number;
  readonly bytes: number;
}

/** Streams with messages, and consumers that have taken some and answered none. */
async function fill(connection: NatsConnection, consumers: number): Promise<void> {
  const manager = await connection.jetstreamManager();
  const jetstream = connection.jetstream();
  const advisories = STREAMS.find(({ name }) => name === ADVISORIES_STREAM);
  if (advisories) await manager.streams.add({ ...advisories, subjects: [...advisories.subjects] });
  for (let stream = 0; stream < STREAM_COUNT; stream += 1) {
    const name = `STREAM_${stream}`;
    await manager.streams.add({ name, subjects: [`s.${stream}.>`], storage: StorageType.Memory });
    for (let message = 0; message < MESSAGES; message += 1) await jetstream.publish(`s.${stream}.m`, 'x');
  }
  for (let index = 0; index < consumers; index += 1) {
    const stream = `STREAM_${index % STREAM_COUNT}`;
    const name = `consumer-${index}`;
    await manager.consumers.add(stream, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
    });
    const consumer = await jetstream.consumers.get(stream, name);
    for await (const _ of await consumer.fetch({ max_messages: UNANSWERED, expires: 5_000 }));
  }
}

/** What is compared must have done the same work. */
async function checkScrape({ exporter, url }: Subject, consumers: number): Promise<void> {
  const scraped = parseScrape(await (await fetch(url)).text());
  const pending = scraped.sum('jetstream_consumer_num_pending');
  const unanswered = scraped.sum('jetstream_consumer_num_ack_pending');
  const expected = [consumers * (MESSAGES - UNANSWERED), consumers * UNANSWERED];
  if (pending !== expected[0] || unanswered !== expected[1]) {
    throw new Error(
      `${exporter} tells of ${pending} and ${unanswered} messages, not ${expected.join(' and ')}`,
    );
  }
}

async function takeTurn(subject: Subject, serverPid: number, turnMs: number): Promise<Used> {
  const times: number[] = [];
  let bytes = 0;
  const requestsBefore = await subject.requests();
  const serverBefore = cpuSecondsOf(serverPid);
  const before = cpuSecondsOf(subject.pid);
  const endMs = performance.now() + turnMs;
  while (performance.now() < endMs) {
    const startedAtMs = performance.now();
    const response = await fetch(subject.url);
    bytes = (await response.arrayBuffer()).byteLength;
    times.push(performance.now() - startedAtMs);
    if (!response.ok) throw new Error(`${subject.exporter} answered ${response.status}`);
  }
  return {
    times,
    bytes,
    cpuSeconds: cpuSecondsOf(subject.pid) - before,
    serverCpuSeconds: cpuSecondsOf(serverPid) - serverBefore,
    requests: (await subject.requests()) - requestsBefore,
  };
}

function costOf(turns: readonly Used[]): Omit<CollectionCost, 'exporter' | 'consumers'> {
  const times = turns.flatMap((used) => used.times);
  const perScrape = (value: (used: Used) => number) =>
    turns.reduce((total, used) => total + value(used), 0) / times.length;
  return {
    medianMs: median(times),
    cpuMs: perScrape(({ cpuSeconds }) => cpuSeconds) * 1_000,
    serverCpuMs: perScrape(({ serverCpuSeconds }) => serverCpuSeconds) * 1_000,
    bytes: turns.at(-1)?.bytes ?? 0,
    requests: perScrape(({ requests }) => requests),
  };
}
