import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { CodedError, messageOf } from '../../../runtime/errors.ts';
import { runCommand } from '../../local/tools/run-command.ts';
import { removeCgroups } from './cgroups.ts';
import type { DockerPrograms } from './docker-programs.ts';
import { GUEST_DNS, OwnMachine } from './own-machine.ts';

const START_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 600_000;
const POLL_MS = 100;
/**
 * IPVS is in few kernels of test machines, so virtual addresses of services do not work; the stack does without.
 * `$1` is the daemon's folder, `$2` its cgroup.
 */
const INIT = `
exec dockerd --host "unix://$1/docker.sock" --data-root "$1/data" --exec-root "$1/exec" \\
  --pidfile "$1/docker.pid" --cgroup-parent "$2" --dns ${GUEST_DNS} --log-level warn
`;

/** A Docker daemon of our own, with its containers on a machine of its own. */
export class DockerDaemon implements AsyncDisposable {
  readonly folder: string;
  readonly #programs: DockerPrograms;
  readonly #cgroup: string;
  readonly #resources = new AsyncDisposableStack();
  #machine: OwnMachine | undefined;

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
    if (!this.#machine) throw new Error('the daemon does not run');
    return this.#machine.forward(published);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  async #start(): Promise<void> {
    const machine = this.#resources.use(
      await OwnMachine.start({
        name: 'dockerd',
        folder: this.folder,
        init: INIT,
        args: [this.folder, this.#cgroup],
        env: this.#programs.env,
      }),
    );
    this.#machine = machine;
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      if (!machine.alive || performance.now() > deadlineMs) throw new Error(machine.output);
      try {
        await this.run('info');
        return;
      } catch {
        // Not yet; the loop has an end.
        await sleep(POLL_MS);
      }
    }
  }
}
