import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { CodedError, messageOf } from '../../../runtime/errors.ts';
import { freePort } from '../../local/free-port.ts';
import { LocalProcess } from '../../local/process.ts';
import { runCommand } from '../../local/tools/run-command.ts';
import { removeCgroups } from './cgroups.ts';
import type { DockerPrograms } from './docker-programs.ts';

const START_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 600_000;
const POLL_MS = 100;
/** Of slirp4netns: the daemon's own address, and a name server there that asks ours. */
const GUEST_ADDRESS = '10.0.2.100';
const GUEST_DNS = '10.0.2.3';

/**
 * Waits for the network and becomes the daemon. IPVS is in few kernels of test machines, so virtual addresses
 * of services do not work; the stack does without. `$1` is the daemon's folder.
 */
const INIT = `
set -eu
ip link set lo up
until ip link show tap0 >/dev/null 2>&1; do sleep 0.05; done
echo 1 > /proc/sys/net/ipv4/ip_forward
exec dockerd --host "unix://$1/docker.sock" --data-root "$1/data" --exec-root "$1/exec" \\
  --pidfile "$1/docker.pid" --cgroup-parent "$2" --dns ${GUEST_DNS} --log-level warn
`;

/**
 * A Docker daemon of our own. It lives in new namespaces for processes, mounts and network: its bridges, its
 * packet filter and its mounts are nobody else's, and when its first process is killed the kernel takes all of
 * them away, with every container. Its network reaches the outside through slirp4netns, which needs no change
 * to the machine's own.
 */
export class DockerDaemon implements AsyncDisposable {
  readonly folder: string;
  readonly #programs: DockerPrograms;
  readonly #cgroup: string;
  readonly #resources = new AsyncDisposableStack();
  #daemon: LocalProcess | undefined;

  private constructor(folder: string, programs: DockerPrograms) {
    this.folder = folder;
    this.#programs = programs;
    this.#cgroup = `/shardwatch-${folder.slice(folder.lastIndexOf('-') + 1)}`;
    this.#resources.defer(async () => rm(folder, { recursive: true, force: true }));
    this.#resources.defer(async () => removeCgroups(this.#cgroup));
  }

  /** @throws {CodedError} DOCKER_FAILED with the end of the daemon's log */
  static async start(programs: DockerPrograms): Promise<DockerDaemon> {
    const folder = await mkdtemp(join(tmpdir(), 'shardwatch-docker-'));
    const docker = new DockerDaemon(folder, programs);
    try {
      await docker.#start();
      return docker;
    } catch (error) {
      await docker[Symbol.asyncDispose]();
      throw new CodedError('DOCKER_FAILED', `No Docker daemon: ${messageOf(error)}`, { cause: error });
    }
  }

  /** For programs that call docker themselves. */
  get env(): Readonly<Record<string, string>> {
    return {
      ...this.#programs.env,
      DOCKER_HOST: `unix://${join(this.folder, 'docker.sock')}`,
      DOCKER_CONFIG: join(this.folder, 'config'),
      // The daemon's own builder: what the Dockerfile must be content with.
      DOCKER_BUILDKIT: '0',
    };
  }

  /** @returns what the command wrote @throws {CodedError} COMMAND_FAILED */
  async run(...args: readonly string[]): Promise<string> {
    const output = await runCommand('docker', args, { env: this.env, timeoutMs: COMMAND_TIMEOUT_MS });
    return output.trim();
  }

  /** Makes a port that a container publishes one of this machine. @returns the port on 127.0.0.1 */
  async forward(published: number): Promise<number> {
    const port = await freePort();
    const request = {
      execute: 'add_hostfwd',
      arguments: {
        proto: 'tcp',
        host_addr: '127.0.0.1',
        host_port: port,
        guest_addr: GUEST_ADDRESS,
        guest_port: published,
      },
    };
    const socket = connect(join(this.folder, 'slirp.sock'));
    socket.end(JSON.stringify(request));
    const answer = await text(socket);
    if (answer.includes('"error"')) throw new CodedError('PORT_NOT_FORWARDED', answer);
    return port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  async #start(): Promise<void> {
    const { env } = this.#programs;
    const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    this.#daemon = this.#resources.use(
      new LocalProcess({
        name: 'dockerd',
        command: 'unshare',
        args: [...namespaces, 'sh', '-c', INIT, 'sh', this.folder, this.#cgroup],
        env,
      }),
    );
    const network = this.#resources.use(
      new LocalProcess({
        name: 'slirp4netns',
        command: 'slirp4netns',
        args: [
          '--configure',
          '--mtu=65520',
          `--api-socket=${join(this.folder, 'slirp.sock')}`,
          String(await this.#firstProcess()),
          'tap0',
        ],
        env,
      }),
    );
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      if (!this.#daemon.alive || !network.alive || performance.now() > deadlineMs)
        throw new Error(`${network.output}\n${this.#daemon.output}`);
      try {
        await this.run('info');
        return;
      } catch {
        // Not yet; the loop has an end.
        await sleep(POLL_MS);
      }
    }
  }

  /** The one whose end is the end of all the others. */
  async #firstProcess(): Promise<number> {
    const pid = this.#daemon?.pid;
    for (let tries = 0; tries < 100; tries += 1) {
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
      if (children.trim() !== '') return Number(children.trim());
      await sleep(POLL_MS / 10);
    }
    throw new Error(`unshare started nothing: ${this.#daemon?.output}`);
  }
}
