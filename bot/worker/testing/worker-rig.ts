import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  connect,
  headers as newHeaders,
  nanos,
  type ConsumerInfo,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
  type StoredMsg,
} from 'nats';

import { NatsServer } from '../../../deploy/local/nats-server.ts';
import { LocalProcess, type ExitStatus } from '../../../deploy/local/process.ts';
import { createLogger } from '../../../runtime/log.ts';
import { ensureConsumer, ensureStreams } from '../../ensure-streams.ts';
import { EVENT_HEADERS, subjectOf } from '../../events.ts';
import { CONSUMERS, DEAD_STREAM, MOVER_CONSUMER, STREAMS, type ConsumerName } from '../../streams.ts';
import type { Order } from './test-handlers.ts';

export const TEST_TOKEN = 'not-a-real-token';

export interface WorkerProcess {
  readonly process: LocalProcess;
  readonly port: number;
}

export interface EventOptions {
  readonly messageId: string;
  readonly receivedAtMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

type Env = Readonly<Record<string, string>>;

const log = createLogger({ component: 'test', level: 'silent' });
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A nats-server with all streams and consumers, and workers as processes of their own. */
export class WorkerRig implements AsyncDisposable {
  readonly nats: NatsServer;
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Where the test handlers note what they handled. */
  readonly file: string;
  readonly #processes: LocalProcess[] = [];

  private constructor(nats: NatsServer, connection: NatsConnection, manager: JetStreamManager) {
    this.nats = nats;
    this.connection = connection;
    this.jetstream = connection.jetstream({ timeout: 1_000 });
    this.manager = manager;
    this.file = join(nats.folder, 'handled');
  }

  static async start(): Promise<WorkerRig> {
    const nats = await NatsServer.start();
    const connection = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    const manager = await connection.jetstreamManager();
    await ensureStreams(manager, STREAMS, { replicas: 1 }, log);
    for (const consumer of [...Object.values(CONSUMERS), MOVER_CONSUMER]) {
      await ensureConsumer(manager, consumer, log);
    }
    return new WorkerRig(nats, connection, manager);
  }

  /** As an operator would, so that a test need not wait for production's times. */
  async tune(
    consumer: ConsumerName,
    tuned: { ackWaitMs?: number; maxDeliver?: number; maxAckPending?: number },
  ) {
    await this.manager.consumers.update(CONSUMERS[consumer].stream, consumer, {
      ...(tuned.ackWaitMs ? { ack_wait: nanos(tuned.ackWaitMs) } : {}),
      ...(tuned.maxDeliver ? { max_deliver: tuned.maxDeliver } : {}),
      ...(tuned.maxAckPending ? { max_ack_pending: tuned.maxAckPending } : {}),
    });
  }

  /** The process that users run. */
  async startWorker(env: Env): Promise<WorkerProcess> {
    return this.#ready(this.#spawn([here('../main.ts')], env));
  }

  /** The same parts with test handlers. */
  async startTestWorker(env: Env = {}): Promise<WorkerProcess> {
    return this.#ready(this.spawnTestWorker(env));
  }

  /** One that is not waited for: what waits in the stream may kill it before it says that it consumes. */
  spawnTestWorker(env: Env = {}): LocalProcess {
    return this.#spawn([here('main.ts'), this.file], { WORKERS: 'moderation-worker', ...env });
  }

  /** A worker that is not expected to come up. */
  async runWorker(env: Env): Promise<ExitStatus & { readonly output: string }> {
    const process = this.#spawn([here('../main.ts')], env);
    return { ...(await process.exited), output: process.output };
  }

  async dlq(...args: string[]): Promise<{ readonly code: number | null; readonly output: string }> {
    const process = this.#spawn([here('../dlq/main.ts'), ...args], {});
    const { code } = await process.exited;
    return { code, output: process.output };
  }

  async publish(type: string, body: unknown, { messageId, receivedAtMs, headers = {} }: EventOptions) {
    const all = newHeaders();
    all.set(EVENT_HEADERS.event, type);
    all.set(EVENT_HEADERS.shard, '0/1');
    all.set(EVENT_HEADERS.sequence, messageId.replace(/\D/g, '') || '1');
    all.set(EVENT_HEADERS.receivedAt, String(receivedAtMs ?? Date.now()));
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.jetstream.publish(subjectOf(type), text, { headers: all, msgID: messageId });
  }

  /** An event for the moderation consumer's test handler. */
  async order(order: Order) {
    return this.publish('MESSAGE_CREATE', order, { messageId: `test:${order.id}` });
  }

  /** Hands over orders at a rate until the signal. Resolves with their ids. */
  async traffic(options: { perSecond: number; workMs: number }, stop: AbortSignal): Promise<string[]> {
    const { perSecond, workMs } = options;
    const startedAtMs = performance.now();
    const ids: string[] = [];
    while (!stop.aborted) {
      const due = Math.ceil(((performance.now() - startedAtMs) / 1_000) * perSecond);
      const batch = Array.from({ length: due - ids.length }, (_, index) => String(ids.length + index));
      await Promise.all(batch.map(async (id) => this.order({ do: 'work', id, workMs })));
      ids.push(...batch);
      await sleep(10);
    }
    return ids;
  }

  /** What the test handlers noted, in order, with repeats. */
  async handled(): Promise<string[]> {
    const text = await readFile(this.file, 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean);
  }

  async info(consumer: ConsumerName): Promise<ConsumerInfo> {
    return this.manager.consumers.info(CONSUMERS[consumer].stream, consumer);
  }

  /** Waits until every message of the consumer was answered for good. */
  async drained(consumer: ConsumerName, deadlineMs = 30_000): Promise<ConsumerInfo> {
    return this.until(async () => {
      const info = await this.info(consumer);
      return info.num_pending + info.num_ack_pending === 0 ? info : undefined;
    }, deadlineMs);
  }

  async deadLetters(): Promise<number> {
    return (await this.manager.streams.info(DEAD_STREAM)).state.messages;
  }

  async deadLetter(seq: number): Promise<StoredMsg> {
    return this.manager.streams.getMessage(DEAD_STREAM, { seq });
  }

  /** Asks again until there is an answer. */
  async until<T>(ask: () => Promise<T | undefined>, deadlineMs = 30_000): Promise<T> {
    const startedAtMs = performance.now();
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (performance.now() - startedAtMs > deadlineMs) {
        throw new Error(`not so after ${deadlineMs} ms\n${this.#processes.map((p) => p.output).join('\n')}`);
      }
      await sleep(25);
    }
  }

  async killWorkers(): Promise<void> {
    await Promise.all(this.#processes.map(async (process) => process.stop('SIGKILL')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killWorkers();
    await this.connection.close();
    await this.nats[Symbol.asyncDispose]();
    await rm(this.file, { force: true });
  }

  async #ready(process: LocalProcess): Promise<WorkerProcess> {
    await process.waitForLine((line) => line.includes('"consuming"') || undefined);
    const port = await process.waitForLine((line) => {
      const listening = line.includes('http listening');
      return listening ? (JSON.parse(line) as { port: number }).port : undefined;
    });
    return { process, port };
  }

  #spawn(args: readonly string[], env: Env): LocalProcess {
    const spawned = new LocalProcess({
      name: args[0] ?? '',
      command: process.execPath,
      args,
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        NATS_URL: this.nats.url,
        NATS_CONNECT_TIMEOUT_MS: '5000',
        DISCORD_TOKEN: TEST_TOKEN,
        // Nobody answers there; the test handlers do not ask.
        DISCORD_API_URL: 'http://127.0.0.1:1/api',
        ...env,
      },
    });
    this.#processes.push(spawned);
    return spawned;
  }
}
