import { join } from 'node:path';

import { connect, type NatsConnection } from 'nats';

import { BASE_IMAGE, importBaseImage } from '../../docker/testing/base-image.ts';
import { DockerDaemon } from '../../docker/testing/docker-daemon.ts';
import { dockerPrograms } from '../../docker/testing/docker-programs.ts';
import { buildServiceImages } from '../../docker/testing/service-images.ts';
import { SimulatedDiscord } from '../../docker/testing/simulated-discord.ts';
import { ensureTool } from '../../local/tools/ensure-tool.ts';
import { runCommand } from '../../local/tools/run-command.ts';

const DEPLOY = join(import.meta.dirname, '..', '..');
/** Images are built in it. */
const COMMAND_TIMEOUT_MS = 600_000;
/** What the Dockerfile begins with when nobody says otherwise, as a user would not. */
const DEFAULT_BASE_IMAGE = 'node:24-bookworm-slim';
/** As for-tests.yaml publishes them. */
const PORTS = { simulator: 18_700, nats: 14_222, prometheus: 19_090 } as const;

type Run = (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<string>;

/** What `docker compose ps` tells of a container. */
export interface ComposeContainer {
  readonly Service: string;
  readonly State: string;
  readonly Health: string;
}

/** The shipped compose file on a Docker daemon of its own, with the simulator as Discord and without Grafana. */
export class ComposeProject implements AsyncDisposable {
  readonly docker: DockerDaemon;
  readonly connection: NatsConnection;
  readonly discord: SimulatedDiscord;
  /** `host:port` on this machine. */
  readonly prometheus: string;
  readonly #run: Run;

  private constructor(
    docker: DockerDaemon,
    run: Run,
    connection: NatsConnection,
    addresses: { readonly simulator: string; readonly prometheus: string },
  ) {
    this.docker = docker;
    this.#run = run;
    this.connection = connection;
    this.discord = new SimulatedDiscord(addresses.simulator, connection);
    this.prometheus = addresses.prometheus;
  }

  /** Runs what the head of compose.yaml tells a user to. */
  static async up(log: (line: string) => void): Promise<ComposeProject> {
    const programs = await dockerPrograms();
    const compose = await ensureTool('docker-compose', { log });
    await using starting = new AsyncDisposableStack();
    const docker = starting.use(await DockerDaemon.start(programs));
    log('the Docker daemon runs');
    await importBaseImage(docker, programs);
    await docker.run('tag', BASE_IMAGE, DEFAULT_BASE_IMAGE);
    const images = await buildServiceImages(docker);
    log('images of the services are built');
    const run: Run = async (args, more = {}) => {
      const env = { ...docker.env, ...images, SIMULATOR_RATE: '0', ...more };
      return runCommand(compose, args, { env, timeoutMs: COMMAND_TIMEOUT_MS });
    };
    await run([...files('compose.yaml', 'compose/testing/for-tests.yaml'), 'up', '--build', '--wait']);
    log('docker compose up --build --wait has ended');
    const forward = async (port: number) => `127.0.0.1:${await docker.forward(port)}`;
    const connection = await connect({
      servers: await forward(PORTS.nats),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 500,
    });
    const addresses = {
      simulator: await forward(PORTS.simulator),
      prometheus: await forward(PORTS.prometheus),
    };
    starting.move();
    return new ComposeProject(docker, run, connection, addresses);
  }

  /** `docker compose` with the files for the simulator. @returns what it wrote */
  async compose(...args: readonly string[]): Promise<string> {
    return this.#run([...files('compose.yaml', 'compose/testing/for-tests.yaml'), ...args]);
  }

  /** `docker compose` with the files for Discord, which is played by the simulator that runs already. */
  async composeWithDiscord(token: string, ...args: readonly string[]): Promise<string> {
    const overlays = [
      'compose.discord.yaml',
      'compose/testing/for-tests.yaml',
      'compose/testing/no-discord.yaml',
    ];
    return this.#run([...files('compose.yaml', ...overlays), ...args], { DISCORD_TOKEN: token });
  }

  async containers(): Promise<ComposeContainer[]> {
    const lines = await this.compose('ps', '--all', '--format', 'json');
    return lines
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as ComposeContainer);
  }

  /** What was printed for whoever is told. */
  async pages(): Promise<string> {
    return this.compose('logs', '--no-log-prefix', '--no-color', 'pages');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
    await this.docker[Symbol.asyncDispose]();
  }
}

/** @param names below `deploy/` */
function files(...names: readonly string[]): string[] {
  return names.flatMap((name) => ['-f', join(DEPLOY, name)]);
}
