import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './free-port.ts';
import { LocalProcess } from './process.ts';
import { ensureTool } from './tools/ensure-tool.ts';

export interface NatsServerOptions {
  /** A path of nats-server; by default the one that `ensureTool` finds. */
  readonly binary?: string;
  /** More lines for the server's configuration file. */
  readonly config?: string;
}

/** A real nats-server with JetStream on a free port and a store of its own, which ends with it. */
export class NatsServer implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly #folder: string;
  readonly #binary: string;
  #process: LocalProcess;

  private constructor(port: number, folder: string, binary: string, process: LocalProcess) {
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
    this.#folder = folder;
    this.#binary = binary;
    this.#process = process;
  }

  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const binary = options.binary ?? (await ensureTool('nats-server', { log: toStandardError }));
    const folder = await mkdtemp(join(tmpdir(), 'shardwatch-nats-'));
    const port = await freePort();
    await writeFile(
      join(folder, 'nats.conf'),
      `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${folder}" }\n${options.config ?? ''}\n`,
    );
    return new NatsServer(port, folder, binary, await launch(binary, folder));
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Starts it again on the same port and store after `stop` or `kill`. */
  async startAgain(): Promise<void> {
    this.#process = await launch(this.#binary, this.#folder);
  }

  /** A clean stop; the store stays. */
  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  /** SIGSTOP: connections stand, nothing answers. */
  pause(): void {
    this.#process.signal('SIGSTOP');
  }

  resume(): void {
    this.#process.signal('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function launch(binary: string, folder: string): Promise<LocalProcess> {
  const server = new LocalProcess({
    name: 'nats-server',
    command: binary,
    args: ['-c', join(folder, 'nats.conf')],
    env: { PATH: process.env['PATH'] },
  });
  await server.waitForLine((line) => line.includes('Server is ready') || undefined);
  return server;
}

function toStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}
