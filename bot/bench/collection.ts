import { AckPolicy, connect, StorageType, type NatsConnection } from 'nats';

import { freePort } from '../../deploy/local/free-port.ts';
import { LocalProcess } from '../../deploy/local/process.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { ensureTool } from '../../deploy/local/tools/ensure-tool.ts';
import { messageOf } from '../../runtime/errors.ts';
import { portIn } from '../testing/pipeline.ts';
import { cpuSecondsOf, median } from './measure.ts';

export interface CollectionCost {
  readonly exporter: 'ours' | 'prometheus-nats-exporter';
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

const COMPILED_EXPORTER = 'dist/exporters/main.js';
const STREAMS = 10;
const MESSAGES = 20;
/** Of each consumer. */
const UNANSWERED = 5;
const WARM_UP_SCRAPES = 10;
const SCRAPES = 40;

/** Scrapes of our exporter and of its peer, where that can be had, against one server, in turns. */
export async function measureCollection(
  consumers: number,
  skipped: (reason: string) => void,
): Promise<CollectionCost[]> {
  await using stack = new AsyncDisposableStack();
  const monitorPort = await freePort();
  const server = stack.use(await NatsServer.start({ config: `http: "127.0.0.1:${monitorPort}"` }));
  const connection = await connect({ servers: server.url });
  stack.defer(async () => connection.close());
  await fill(connection, consumers);

  const subjects: Subject[] = [await startOurs(stack, server, connection)];
  const peer = await peerProgram().catch((error: unknown) => messageOf(error));
  if (peer.startsWith('/')) subjects.push(await startPeer(stack, peer, monitorPort));
  else skipped(peer);

  for (const subject of subjects) await scrapes(subject, WARM_UP_SCRAPES);
  const costs: CollectionCost[] = [];
  for (const subject of subjects) {
    const requestsBefore = await subject.requests();
    const serverBefore = cpuSecondsOf(server.pid);
    const before = cpuSecondsOf(subject.pid);
    const { times, bytes } = await scrapes(subject, SCRAPES);
    const cpuMs = ((cpuSecondsOf(subject.pid) - before) / SCRAPES) * 1_000;
    const serverCpuMs = ((cpuSecondsOf(server.pid) - serverBefore) / SCRAPES) * 1_000;
    const requests = ((await subject.requests()) - requestsBefore) / SCRAPES;
    const { exporter } = subject;
    costs.push({ exporter, consumers, medianMs: median(times), cpuMs, serverCpuMs, bytes, requests });
  }
  return costs;
}

interface Subject {
  readonly exporter: CollectionCost['exporter'];
  readonly url: string;
  readonly pid: number;
  /** Requests to NATS so far. */
  readonly requests: () => Promise<number>;
}

async function scrapes(subject: Subject, count: number): Promise<{ times: number[]; bytes: number }> {
  const times: number[] = [];
  let bytes = 0;
  for (let scrape = 0; scrape < count; scrape += 1) {
    const startedAtMs = performance.now();
    const response = await fetch(subject.url);
    bytes = (await response.arrayBuffer()).byteLength;
    times.push(performance.now() - startedAtMs);
    if (!response.ok) throw new Error(`${subject.exporter} answered ${response.status}`);
  }
  return { times, bytes };
}

/** Streams with messages, and consumers that have taken some and answered none. */
async function fill(connection: NatsConnection, consumers: number): Promise<void> {
  const manager = await connection.jetstreamManager();
  const jetstream = connection.jetstream();
  for (let stream = 0; stream < STREAMS; stream += 1) {
    const name = `STREAM_${stream}`;
    await manager.streams.add({ name, subjects: [`s.${stream}.>`], storage: StorageType.Memory });
    for (let message = 0; message < MESSAGES; message += 1) await jetstream.publish(`s.${stream}.m`, 'x');
  }
  for (let index = 0; index < consumers; index += 1) {
    const stream = `STREAM_${index % STREAMS}`;
    const name = `consumer-${index}`;
    await manager.consumers.add(stream, { durable_name: name, ack_policy: AckPolicy.Explicit });
    const consumer = await jetstream.consumers.get(stream, name);
    for await (const _ of await consumer.fetch({ max_messages: UNANSWERED, expires: 5_000 }));
  }
}

async function startOurs(
  stack: AsyncDisposableStack,
  server: NatsServer,
  connection: NatsConnection,
): Promise<Subject> {
  let requests = 0;
  connection.subscribe('$JS.API.>', { callback: () => (requests += 1) });
  const exporter = stack.use(
    new LocalProcess({
      name: 'exporter',
      command: process.execPath,
      args: [COMPILED_EXPORTER],
      env: { PATH: process.env['PATH'], PORT: '0', NATS_URL: server.url },
    }),
  );
  const port = await exporter.waitForLine(portIn);
  await exporter.waitForLine((line) => line.includes('"exporting"') || undefined);
  return {
    exporter: 'ours',
    url: `http://127.0.0.1:${port}/metrics`,
    pid: exporter.pid,
    requests: async () => {
      await connection.flush();
      return requests;
    },
  };
}

async function startPeer(
  stack: AsyncDisposableStack,
  program: string,
  monitorPort: number,
): Promise<Subject> {
  const port = await freePort();
  const monitor = `http://127.0.0.1:${monitorPort}`;
  const peer = stack.use(
    new LocalProcess({
      name: 'prometheus-nats-exporter',
      command: program,
      args: ['-addr', '127.0.0.1', '-port', String(port), '-jsz=all', monitor],
      env: { PATH: process.env['PATH'] },
    }),
  );
  const url = `http://127.0.0.1:${port}/metrics`;
  const deadlineMs = performance.now() + 10_000;
  while (!(await fetch(url).catch(() => undefined))?.ok) {
    if (performance.now() > deadlineMs) throw new Error(`it does not answer\n${peer.output}`);
  }
  return {
    exporter: 'prometheus-nats-exporter',
    url,
    pid: peer.pid,
    requests: async () => {
      const varz = (await (await fetch(`${monitor}/varz`)).json()) as {
        http_req_stats: Readonly<Record<string, number>>;
      };
      return varz.http_req_stats['/jsz'] ?? 0;
    },
  };
}

async function peerProgram(): Promise<string> {
  return ensureTool('prometheus-nats-exporter', { log: (line) => process.stderr.write(`${line}\n`) });
}
