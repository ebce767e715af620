import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { connect, type NatsConnection } from 'nats';

import { CodedError } from '../../../runtime/errors.ts';
import type { SimulatorStatus } from '../../../bot/simulator/status.ts';
import { importBaseImage } from '../../docker/testing/base-image.ts';
import { DockerDaemon } from '../../docker/testing/docker-daemon.ts';
import { dockerPrograms } from '../../docker/testing/docker-programs.ts';
import { buildOwnImages } from '../../docker/testing/own-images.ts';
import { buildServiceImages } from '../../docker/testing/service-images.ts';
import { until } from '../../docker/testing/until.ts';
import { runCommand } from '../../local/tools/run-command.ts';

const STACK = 'shardwatch';
const PROJECT = join(import.meta.dirname, '..', '..', '..');
const SWARM = join(PROJECT, 'deploy', 'swarm');
const DEPLOY_TIMEOUT_MS = 120_000;
/** Not a real one; the simulator takes exactly this. */
const TOKEN = 'simulator-fake-token';
/** As the test's files on top of the stack publish them. */
const PORTS = { simulator: 8_700, nats: 4_222, prometheus: 9_090, alertmanager: 9_093 } as const;

export interface Container {
  readonly id: string;
  readonly name: string;
}

/** The shipped stack in a Swarm of one node, with the simulator as Discord and without Grafana. */
export class SwarmStack implements AsyncDisposable {
  readonly docker: DockerDaemon;
  /** `host:port` on this machine. */
  readonly addresses: Readonly<Record<keyof typeof PORTS, string>>;
  readonly #connection: NatsConnection;

  private constructor(
    docker: DockerDaemon,
    addresses: Record<keyof typeof PORTS, string>,
    connection: NatsConnection,
  ) {
    this.docker = docker;
    this.addresses = addresses;
    this.#connection = connection;
  }

  /** Builds the images from the Dockerfile and deploys, as a user would. */
  static async deploy(log: (line: string) => void): Promise<SwarmStack> {
    const programs = await dockerPrograms();
    await using starting = new AsyncDisposableStack();
    const docker = starting.use(await DockerDaemon.start(programs));
    log('the Docker daemon runs');
    await importBaseImage(docker, programs);
    const images = await buildServiceImages(docker);
    log('images of the services are built');
    await buildOwnImages(docker);
    log('images of the bot and of the simulator are built');
    await docker.run('swarm', 'init', '--advertise-addr', '127.0.0.1');
    await runDeployScript(docker, images);
    await docker.run('service', 'scale', '--detach', `${STACK}_grafana=0`);
    await until(
      'every service has its replicas',
      180_000,
      async () => (await unready(docker)).length === 0,
      async () => (await unready(docker)).join(', '),
    );
    log('every service has its replicas');
    const addresses = await forwardAll(docker);
    const connection = await connect({
      servers: addresses.nats,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 500,
    });
    starting.move();
    return new SwarmStack(docker, addresses, connection);
  }

  get connection(): NatsConnection {
    return this.#connection;
  }

  async containers(service: string): Promise<Container[]> {
    const lines = await this.docker.run(
      'ps',
      '--no-trunc',
      '--filter',
      `name=^${STACK}_${service}\\.`,
      '--format',
      '{{.ID}} {{.Names}}',
    );
    return lines
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [id = '', name = ''] = line.split(' ');
        return { id, name };
      });
  }

  /** `docker service update --force`, to its end: the orchestrator says that it has converged. */
  async replaceTasks(service: string): Promise<void> {
    await this.docker.run('service', 'update', '--quiet', '--force', '--detach=false', `${STACK}_${service}`);
  }

  async simulator(): Promise<SimulatorStatus> {
    return (await this.#ask('simulator', '/control/status')) as SimulatorStatus;
  }

  async traffic(eventsPerSecond: number): Promise<void> {
    await this.#ask('simulator', '/control/traffic', { eventsPerSecond });
  }

  async prometheus<T>(path: string): Promise<T> {
    return ((await this.#ask('prometheus', `/api/v1/${path}`)) as { data: T }).data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
    await this.docker.run('stack', 'rm', STACK);
    await this.docker.run('swarm', 'leave', '--force');
    await this.docker[Symbol.asyncDispose]();
  }

  async #ask(service: keyof typeof PORTS, path: string, body?: unknown): Promise<unknown> {
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`http://${this.addresses[service]}${path}`, request);
    if (!response.ok) throw new CodedError('SERVICE_REFUSED', `${service} ${path}: ${response.status}`);
    return response.json();
  }
}

async function runDeployScript(docker: DockerDaemon, images: Record<string, string>): Promise<void> {
  const secrets = join(docker.folder, 'secrets');
  await mkdir(secrets);
  await writeFile(join(secrets, 'discord_token'), TOKEN);
  // Nobody listens there: who is told is tested elsewhere.
  await writeFile(join(secrets, 'alert_webhook_url'), 'http://127.0.0.1:9/');
  const files = ['simulator.yaml', 'testing/for-tests.yaml'].flatMap((file) => ['-c', join(SWARM, file)]);
  const env = { ...docker.env, ...images, SECRETS: secrets, SIMULATOR_RATE: '0', SIMULATOR_LEDGER: 'full' };
  await runCommand(join(SWARM, 'deploy.sh'), [STACK, ...files], { env, timeoutMs: DEPLOY_TIMEOUT_MS });
}

/** Services whose tasks are not all running; those with a healthcheck run when they are healthy. */
async function unready(docker: DockerDaemon): Promise<string[]> {
  const lines = await docker.run('service', 'ls', '--format', '{{.Name}} {{.Replicas}}');
  return lines.split('\n').filter((line) => {
    const [, running, wanted] = /(\d+)\/(\d+)/.exec(line) ?? [];
    return running !== wanted;
  });
}

async function forwardAll(docker: DockerDaemon): Promise<Record<keyof typeof PORTS, string>> {
  const forward = async (port: number) => `127.0.0.1:${await docker.forward(port)}`;
  return {
    simulator: await forward(PORTS.simulator),
    nats: await forward(PORTS.nats),
    prometheus: await forward(PORTS.prometheus),
    alertmanager: await forward(PORTS.alertmanager),
  };
}
