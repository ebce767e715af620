import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { connect, type NatsConnection } from 'nats';

import { FAKE_TOKEN } from '../../../bot/simulator/options.ts';
import { CodedError, messageOf } from '../../../runtime/errors.ts';
import { importBaseImage } from '../../docker/testing/base-image.ts';
import { DockerDaemon } from '../../docker/testing/docker-daemon.ts';
import { dockerPrograms } from '../../docker/testing/docker-programs.ts';
import { buildOwnImages } from '../../docker/testing/own-images.ts';
import { buildServiceImages } from '../../docker/testing/service-images.ts';
import { SimulatedDiscord } from '../../docker/testing/simulated-discord.ts';
import { until } from '../../docker/testing/until.ts';
import { runCommand } from '../../local/tools/run-command.ts';

const STACK = 'shardwatch';
const PROJECT = join(import.meta.dirname, '..', '..', '..');
const SWARM = join(PROJECT, 'deploy', 'swarm');
/** By default the second network of a stack has 10.0.2.0/24, by which slirp4netns reaches the daemon. */
const OVERLAY_ADDRESSES = '10.40.0.0/16';
const DEPLOY_TIMEOUT_MS = 120_000;
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
  readonly connection: NatsConnection;
  readonly discord: SimulatedDiscord;
  /** What deploy.sh said when it made the stack. */
  readonly said: string;
  readonly #images: Readonly<Record<string, string>>;

  private constructor(
    docker: DockerDaemon,
    addresses: Record<keyof typeof PORTS, string>,
    connection: NatsConnection,
    images: Readonly<Record<string, string>>,
    said: string,
  ) {
    this.docker = docker;
    this.addresses = addresses;
    this.connection = connection;
    this.#images = images;
    this.said = said;
    this.discord = new SimulatedDiscord(addresses.simulator, connection);
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
    const addresses = ['--advertise-addr=127.0.0.1', `--default-addr-pool=${OVERLAY_ADDRESSES}`];
    await docker.run('swarm', 'init', ...addresses);
    const secrets = secretsOf(docker);
    await mkdir(secrets);
    await writeFile(join(secrets, 'discord_token'), FAKE_TOKEN);
    // Nobody listens there: who is told is tested elsewhere.
    await writeFile(join(secrets, 'alert_webhook_url'), 'http://127.0.0.1:9/');
    const said = await runDeployScript(docker, images);
    await docker.run('service', 'scale', '--detach', `${STACK}_grafana=0`);
    await allReplicas(docker);
    log('every service has its replicas');
    const forwarded = await forwardAll(docker);
    const connection = await connectAsWorker(docker, forwarded.nats);
    starting.move();
    return new SwarmStack(docker, forwarded, connection, images, said);
  }

  /** What the user puts, and deploy.sh makes. */
  get secrets(): string {
    return secretsOf(this.docker);
  }

  /** Runs deploy.sh again, until every service has its replicas. @returns what it said */
  async redeploy(): Promise<string> {
    const said = await runDeployScript(this.docker, this.#images);
    await this.docker.run('service', 'scale', '--detach', `${STACK}_grafana=0`);
    await allReplicas(this.docker);
    return said;
  }

  /** Names of the configs or secrets that Swarm keeps for the stack. */
  async kept(kind: 'config' | 'secret'): Promise<string[]> {
    const names = await this.docker.run(kind, 'ls', '--format', '{{.Name}}');
    return names.split('\n').toSorted();
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
    await this.docker.run('stack', 'rm', STACK);
    await this.docker.run('swarm', 'leave', '--force');
    await this.docker[Symbol.asyncDispose]();
  }
}

function secretsOf(docker: DockerDaemon): string {
  return join(docker.folder, 'secrets');
}

async function runDeployScript(
  docker: DockerDaemon,
  images: Readonly<Record<string, string>>,
): Promise<string> {
  const files = ['simulator.yaml', 'testing/for-tests.yaml'].flatMap((file) => ['-c', join(SWARM, file)]);
  const settings = { SECRETS: secretsOf(docker), SIMULATOR_RATE: '0', SIMULATOR_LEDGER: 'full' };
  const env = { ...docker.env, ...images, ...settings };
  return runCommand(join(SWARM, 'deploy.sh'), [STACK, ...files], { env, timeoutMs: DEPLOY_TIMEOUT_MS });
}

async function allReplicas(docker: DockerDaemon): Promise<void> {
  const missing = async () => (await unready(docker)).join(', ');
  await until('every service has its replicas', 180_000, async () => (await missing()) === '', missing);
}

/** Services whose tasks are not all running; those with a healthcheck run when they are healthy. */
async function unready(docker: DockerDaemon): Promise<string[]> {
  const lines = await docker.run('service', 'ls', '--format', '{{.Name}} {{.Replicas}}');
  return lines.split('\n').filter((line) => {
    const [, running, wanted] = /(\d+)\/(\d+)/.exec(line) ?? [];
    return running !== wanted;
  });
}

/** @throws {CodedError} NATS_UNREACHABLE with what became of its tasks */
async function connectAsWorker(docker: DockerDaemon, address: string): Promise<NatsConnection> {
  const password = join(secretsOf(docker), 'nats_worker_password');
  try {
    return await connect({
      servers: address,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 500,
      // It may be another one than at the last time.
      authenticator: () => ({ user: 'worker', pass: readFileSync(password, 'utf8') }),
      ignoreAuthErrorAbort: true,
    });
  } catch (error) {
    const tasks = await docker.run('service', 'ps', '--no-trunc', `${STACK}_nats`);
    const log = await docker.run('service', 'logs', '--tail', '20', `${STACK}_nats`);
    throw new CodedError('NATS_UNREACHABLE', `${messageOf(error)}\n${tasks}\n${log}`, { cause: error });
  }
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
