import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { connect, type NatsConnection } from 'nats';
import { describe, expect, test } from 'vitest';

import { DUPLICATE_WINDOW_MS } from '../../bot/streams.ts';
import { until } from '../docker/testing/until.ts';
import { freePort } from '../local/free-port.ts';
import { NatsServer } from '../local/nats-server.ts';
import { LocalProcess } from '../local/process.ts';
import { testedVersions } from '../local/testing/tested-versions.ts';

const STREAM = 'SLEPT';
const SHORT_SLEEP_MS = 5_000;
const BUFFERED = 100;
const versions = await testedVersions('nats-server');
const file = readFileSync(join(import.meta.dirname, 'nats.conf'), 'utf8');
const PINGS = file.split('\n').filter((line) => line.startsWith('ping_'));

test('the file says how soon a silent client is given up', () => {
  expect(PINGS).toHaveLength(2);
});

describe.concurrent.for(versions)('nats-server $version with the intervals of the file', ({ binary }) => {
  test('closes a client that stands still before JetStream forgets its message ids, and what the client had in hand never arrives', async () => {
    await using sleeper = await Sleeper.start(binary);
    const closedAfterMs = await sleeper.untilGone();
    console.info(`silent client closed after ${(closedAfterMs / 1_000).toFixed(0)} s`);
    expect(closedAfterMs).toBeLessThan(DUPLICATE_WINDOW_MS);
    sleeper.process.signal('SIGCONT');
    expect(await sleeper.published()).toEqual(['before', 'after']);
    expect(sleeper.process.output).toContain('status reconnect');
  });

  test('keeps one that wakes soon, which then sends what it had in hand', async () => {
    await using sleeper = await Sleeper.start(binary);
    await expect(sleeper.untilGone(SHORT_SLEEP_MS)).rejects.toThrow('Not in');
    sleeper.process.signal('SIGCONT');
    expect(await sleeper.published()).toHaveLength(1 + BUFFERED + 1);
    expect(sleeper.process.output).not.toContain('status reconnect');
  });
});

/** A client that was stopped with messages in its hands. */
class Sleeper implements AsyncDisposable {
  readonly process: LocalProcess;
  readonly #nats: NatsServer;
  readonly #connection: NatsConnection;
  readonly #monitor: string;

  private constructor(nats: NatsServer, connection: NatsConnection, process: LocalProcess, monitor: string) {
    this.process = process;
    this.#nats = nats;
    this.#connection = connection;
    this.#monitor = monitor;
  }

  static async start(binary: string): Promise<Sleeper> {
    const port = await freePort();
    const config = [`http: "127.0.0.1:${port}"`, ...PINGS].join('\n');
    const nats = await NatsServer.start({ binary, config });
    const connection = await connect({ servers: nats.url });
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: STREAM, subjects: ['slept'] });
    const sleeper = new LocalProcess({
      name: 'sleeper',
      command: process.execPath,
      args: [join(import.meta.dirname, 'testing', 'sleeper', 'main.ts'), nats.url],
    });
    await sleeper.waitForLine((line) => line === 'buffered' || undefined);
    sleeper.signal('SIGSTOP');
    return new Sleeper(nats, connection, sleeper, `http://127.0.0.1:${port}/connz`);
  }

  /** @returns how long the server kept its connection, in milliseconds */
  async untilGone(timeoutMs = 2 * DUPLICATE_WINDOW_MS): Promise<number> {
    return until('the server has closed the connection', timeoutMs, async () => {
      const { num_connections: count } = (await (await fetch(this.#monitor)).json()) as {
        num_connections: number;
      };
      // This test has one too.
      return count === 1;
    });
  }

  /** All that is in the stream once it is awake and done. */
  async published(): Promise<string[]> {
    await this.process.waitForLine((line) => line === 'published' || undefined);
    await this.process.exited;
    const { streams } = await this.#connection.jetstreamManager();
    const { state } = await streams.info(STREAM);
    const texts: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1)
      texts.push((await streams.getMessage(STREAM, { seq })).string());
    return texts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop('SIGKILL');
    await this.#connection.close();
    await this.#nats[Symbol.asyncDispose]();
  }
}
