import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { CodedError } from '../../../runtime/errors.ts';
import { freePort } from '../../local/free-port.ts';
import { LocalProcess } from '../../local/process.ts';

const POLL_MS = 20;
const TRIES = 500;
/** As slirp4netns gives them: the machine's own address, and a name server there that asks ours. */
export const GUEST_ADDRESS = '10.0.2.100';
export const GUEST_DNS = '10.0.2.3';
/** 127.0.0.1 of the machine around it. */
export const HOST_ADDRESS = '10.0.2.2';

/** Waits for the network. */
const NETWORK = `
set -eu
ip link set lo up
until ip link show tap0 >/dev/null 2>&1; do sleep 0.05; done
echo 1 > /proc/sys/net/ipv4/ip_forward
`;

export interface MachineSpec {
  /** Of its first process, for messages. */
  readonly name: string;
  /** For its sockets; short, because paths of sockets are. */
  readonly folder: string;
  /** Shell commands; the last one `exec`s the first process. */
  readonly init: string;
  /** `$1` and so on of these commands. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * New namespaces for processes, mounts and network: bridges, packet filters and mounts in them are nobody else's,
 * and when their first process is killed the kernel takes all of them away, with every process. Their network
 * reaches the outside through slirp4netns, which needs no change to the machine's own.
 */
export class OwnMachine implements AsyncDisposable {
  readonly #spec: MachineSpec;
  readonly #resources = new AsyncDisposableStack();
  readonly #first: LocalProcess;
  #network: LocalProcess | undefined;
  #firstPid = 0;

  private constructor(spec: MachineSpec) {
    this.#spec = spec;
    const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    this.#first = new LocalProcess({
      name: spec.name,
      command: 'unshare',
      args: [...namespaces, 'sh', '-c', NETWORK + spec.init, 'sh', ...spec.args],
      env: spec.env,
    });
    // While its child runs, unshare hears nothing else.
    this.#resources.defer(async () => void (await this.#first.stop('SIGKILL')));
  }

  /** @throws {Error} with what its first process wrote */
  static async start(spec: MachineSpec): Promise<OwnMachine> {
    await using starting = new AsyncDisposableStack();
    const machine = starting.use(new OwnMachine(spec));
    await machine.#connect();
    starting.move();
    return machine;
  }

  get alive(): boolean {
    return this.#first.alive && this.#network?.alive === true;
  }

  get output(): string {
    return `${this.#network?.output ?? ''}\n${this.#first.output}`;
  }

  /** A process in it; it ends with the machine at the latest. */
  enter(name: string, command: string, args: readonly string[], env = this.#spec.env): LocalProcess {
    const where = ['--target', String(this.#firstPid), '--net', '--mount', '--pid', '--'];
    return new LocalProcess({ name, command: 'nsenter', args: [...where, command, ...args], env });
  }

  /** Makes one of its ports one of this machine. @returns the port on 127.0.0.1 */
  async forward(port: number): Promise<number> {
    const hostPort = await freePort();
    const request = {
      execute: 'add_hostfwd',
      arguments: {
        proto: 'tcp',
        host_addr: '127.0.0.1',
        host_port: hostPort,
        guest_addr: GUEST_ADDRESS,
        guest_port: port,
      },
    };
    const socket = connect(this.#networkSocket);
    socket.end(JSON.stringify(request));
    const answer = await text(socket);
    if (answer.includes('"error"')) throw new CodedError('PORT_NOT_FORWARDED', answer);
    return hostPort;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  get #networkSocket(): string {
    return join(this.#spec.folder, 'slirp.sock');
  }

  async #connect(): Promise<void> {
    this.#firstPid = await this.#findFirstProcess();
    const options = ['--configure', '--mtu=65520', `--api-socket=${this.#networkSocket}`];
    this.#network = this.#resources.use(
      new LocalProcess({
        name: 'slirp4netns',
        command: 'slirp4netns',
        args: [...options, String(this.#firstPid), 'tap0'],
        env: this.#spec.env,
      }),
    );
    for (let tries = 0; !existsSync(this.#networkSocket); tries += 1) {
      if (!this.alive || tries === TRIES) throw new Error(`no network: ${this.output}`);
      await sleep(POLL_MS);
    }
  }

  /** The one whose end is the end of all the others. */
  async #findFirstProcess(): Promise<number> {
    const { pid } = this.#first;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
      if (children.trim() !== '') return Number(children.trim());
      await sleep(POLL_MS);
    }
    throw new Error(`unshare started nothing: ${this.#first.output}`);
  }
}
