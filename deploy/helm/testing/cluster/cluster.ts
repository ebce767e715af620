import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CodedError, messageOf } from '../../../../runtime/errors.ts';
import { removeCgroups } from '../../../docker/testing/cgroups.ts';
import { OwnMachine } from '../../../docker/testing/own-machine.ts';
import { until } from '../../../docker/testing/until.ts';
import type { LocalProcess } from '../../../local/process.ts';
import { runCommand } from '../../../local/tools/run-command.ts';
import { helm } from '../helm.ts';
import { createAccess } from './access.ts';
import { startControlPlane } from './control-plane.ts';
import { NETWORK } from './network.ts';
import { containerSocket, startNode } from './node.ts';
import type { ClusterPrograms } from './programs.ts';

const START_TIMEOUT_MS = 180_000;
const COMMAND_TIMEOUT_MS = 300_000;

/** Reaps what nobody waits for; the cgroup of all pods is made first. `$1` is its name. */
const INIT = `
for each in /sys/fs/cgroup/*/ ; do [ -d "$each" ] && mkdir -p "$each$1"; done
exec tini -- sleep infinity
`;

/** A Kubernetes of one node: every program the real one, on a machine of its own that leaves nothing behind. */
export class Cluster implements AsyncDisposable {
  readonly folder: string;
  readonly #programs: ClusterPrograms;
  readonly #cgroup: string;
  readonly #resources = new AsyncDisposableStack();
  #processes: LocalProcess[] = [];
  #machine: OwnMachine | undefined;
  #kubeconfig = '';

  private constructor(folder: string, programs: ClusterPrograms) {
    this.folder = folder;
    this.#programs = programs;
    this.#cgroup = `/shardwatch-${folder.slice(folder.lastIndexOf('-') + 1)}`;
    this.#resources.defer(async () => rm(folder, { recursive: true, force: true }));
    this.#resources.defer(async () => removeCgroups(this.#cgroup));
  }

  /** @throws {CodedError} CLUSTER_FAILED with the end of what its programs wrote */
  static async start(programs: ClusterPrograms): Promise<Cluster> {
    const cluster = new Cluster(await mkdtemp(join(tmpdir(), 'shardwatch-kube-')), programs);
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      const ended = cluster.#processes.filter(({ alive }) => !alive);
      const output = ended.map(({ name, output: text }) => `${name} ended:\n${text}`).join('\n');
      await cluster[Symbol.asyncDispose]();
      throw new CodedError('CLUSTER_FAILED', `No cluster: ${messageOf(error)}\n${output}`, { cause: error });
    }
  }

  /** For kubectl, helm and what else speaks to the API server from this machine. */
  get kubeconfig(): string {
    return this.#kubeconfig;
  }

  /** @returns what kubectl wrote @throws {CodedError} COMMAND_FAILED */
  async kubectl(...args: readonly string[]): Promise<string> {
    const options = [`--kubeconfig=${this.#kubeconfig}`, `--cache-dir=${join(this.folder, 'kubectl')}`];
    const output = await runCommand(this.#programs.paths.kubectl, [...options, ...args], {
      timeoutMs: COMMAND_TIMEOUT_MS,
    });
    return output.trim();
  }

  /** @returns a file for kubectl */
  async write(manifest: object): Promise<string> {
    const file = join(this.folder, `${randomUUID()}.json`);
    await writeFile(file, JSON.stringify(manifest));
    return file;
  }

  /** @returns what helm wrote @throws {CodedError} HELM_FAILED */
  async helm(args: readonly string[], values?: object): Promise<string> {
    const { status, stdout, stderr } = await helm(args, values, this.#kubeconfig);
    if (status !== 0) throw new CodedError('HELM_FAILED', `helm ${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Makes a port of the node one of this machine. @returns the port on 127.0.0.1 */
  async forward(port: number): Promise<number> {
    if (!this.#machine) throw new Error('the cluster does not run');
    return this.#machine.forward(port);
  }

  /** @param archive of `docker save` */
  async importImages(archive: string): Promise<void> {
    const ctr = join(this.#programs.root, 'usr', 'bin', 'ctr');
    const args = [
      '--address',
      containerSocket(this.folder),
      '--namespace',
      'k8s.io',
      'images',
      'import',
      archive,
    ];
    await runCommand(ctr, args, { env: this.#programs.env, timeoutMs: COMMAND_TIMEOUT_MS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  async #start(): Promise<void> {
    const machine = this.#resources.use(
      await OwnMachine.start({
        name: 'cluster',
        folder: this.folder,
        init: INIT,
        args: [this.#cgroup],
        env: this.#programs.env,
      }),
    );
    this.#machine = machine;
    const access = await createAccess(join(this.folder, 'access'));
    const parts = { machine, programs: this.#programs, folder: this.folder, access };
    const port = await machine.forward(NETWORK.apiServerPort);
    this.#kubeconfig = await access.kubeconfig('admin', `https://127.0.0.1:${port}`);
    this.#processes.push(...(await startControlPlane(parts)));
    await until('the API server is ready', START_TIMEOUT_MS, async () =>
      this.#answers('get', '--raw', '/readyz'),
    );
    this.#processes.push(...(await startNode(parts, this.#cgroup)));
    await until('the node is ready', START_TIMEOUT_MS, async () =>
      this.#answers('wait', '--for=condition=Ready', '--timeout=1s', 'node/node'),
    );
  }

  async #answers(...args: readonly string[]): Promise<boolean> {
    const ended = this.#processes.find(({ alive }) => !alive);
    if (ended) throw new Error(`${ended.name} ended`);
    try {
      await this.kubectl(...args);
      return true;
    } catch {
      // Not yet; whoever asks gives up some time.
      return false;
    }
  }
}
