import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { connect, Events, type NatsConnection } from 'nats';

import { startSimulator, type Simulator } from '../../../bot/simulator/simulator.ts';
import { portIn, TEST_TOKEN } from '../../../bot/testing/pipeline.ts';
import { NatsServer } from '../../local/nats-server.ts';
import { LocalProcess } from '../../local/process.ts';

const PROJECT = join(import.meta.dirname, '..', '..', '..');
const SHARDS = 2;

/** The users of nats.conf; their passwords here are their names. */
export const USERS = ['gateway', 'worker', 'exporter'] as const;
export type User = (typeof USERS)[number];

/** A user of the test's own, who may do everything. */
const OPERATOR = 'operator';

/** The users and permissions of the stack's nats.conf, for a server that a test starts. */
function guardedConfig(): string {
  const file = readFileSync(join(PROJECT, 'deploy', 'swarm', 'nats.conf'), 'utf8');
  const passwords = USERS.map((user) => `${user.toUpperCase()}_PASSWORD: '${user}'`).join('\n');
  return file
    .replace("include './server.conf'", '')
    .replace("include './passwords.conf'", passwords)
    .replace('users: [', `users: [\n    { user: ${OPERATOR}, password: ${OPERATOR} }`);
}

/** Gateways with leases in NATS, workers, exporter and simulator, each process as the user that the stack gives it. */
export class GuardedBot implements AsyncDisposable {
  readonly nats: NatsServer;
  readonly simulator: Simulator;
  /** May do everything. */
  readonly connection: NatsConnection;
  readonly processes: LocalProcess[] = [];
  readonly #watched: NatsConnection[] = [];
  readonly #refused: string[] = [];

  private constructor(nats: NatsServer, simulator: Simulator, connection: NatsConnection) {
    this.nats = nats;
    this.simulator = simulator;
    this.connection = connection;
  }

  /** @param binary of nats-server */
  static async start(binary: string): Promise<GuardedBot> {
    const nats = await NatsServer.start({ binary, config: guardedConfig() });
    const simulator = await startSimulator({ token: TEST_TOKEN, shards: SHARDS, maxConcurrency: 16 });
    const connection = await connect({ servers: nats.url, user: OPERATOR, pass: OPERATOR });
    return new GuardedBot(nats, simulator, connection);
  }

  async connectAs(user: User): Promise<NatsConnection> {
    return connect({ servers: this.nats.url, user, pass: user, reconnect: false });
  }

  /** A connection whose refusals count as those of a process. */
  async watchedAs(user: User): Promise<NatsConnection> {
    const connection = await this.connectAs(user);
    this.#watched.push(connection);
    void (async () => {
      for await (const { type, data } of connection.status())
        if (type === Events.Error) this.#refused.push(`${user}: ${JSON.stringify(data)}`);
    })();
    return connection;
  }

  /** Resolves with the port of its HTTP server. */
  async startProcess(
    user: User,
    script: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    return this.#launch(user, [script], { PORT: '0', ...env }).waitForLine(portIn);
  }

  async startGateway(): Promise<number> {
    return this.startProcess('gateway', 'bot/gateway/main.ts', {
      SHARD_STRATEGY: 'nats_kv',
      SHARD_COUNT: String(SHARDS),
    });
  }

  /** @returns what `npm run dlq` wrote, as the worker's user */
  async dlq(...args: readonly string[]): Promise<string> {
    const process = this.#launch('worker', ['bot/worker/dlq/main.ts', ...args], {});
    await process.exited;
    return process.output;
  }

  /** What the processes were refused. */
  get refusals(): string[] {
    const logged = this.processes.flatMap(({ name, output }) =>
      output
        .split('\n')
        .filter((line) => /violation|"NATS error"|JETSTREAM_REFUSED/i.test(line))
        .map((line) => `${name}: ${line}`),
    );
    return [...this.#refused, ...logged];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.simulator.traffic.stop();
    // In reverse: gateways first, so that workers still answer.
    for (const process of this.processes.toReversed()) await process.stop();
    for (const connection of this.#watched) await connection.close();
    await this.connection.close();
    await this.simulator.close();
    await this.nats[Symbol.asyncDispose]();
  }

  #launch(user: User, args: readonly string[], env: Readonly<Record<string, string>>): LocalProcess {
    const launched = new LocalProcess({
      name: user,
      command: process.execPath,
      args,
      cwd: PROJECT,
      env: {
        PATH: process.env['PATH'],
        NATS_URL: this.nats.url,
        NATS_USER: user,
        NATS_PASSWORD: user,
        DISCORD_TOKEN: TEST_TOKEN,
        DISCORD_API_URL: this.simulator.apiUrl,
        ...env,
      },
    });
    this.processes.push(launched);
    return launched;
  }
}
