import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { onFreePort } from './on-free-port.ts';
import { LocalProcess } from './process.ts';
import { withServerFolder } from './server-folder.ts';
import { ensureTool } from './tools/ensure-tool.ts';

export interface NatsServerOptions {
  /** A path of nats-server; by default the one that `ensureTool` finds. */
  readonly binary?: string;
  /** More lines for the server's configuration file. */
  readonly config?: string;
}

const CONFIG_FILE = 'nats.conf';
const STOP_TIMEOUT_MS = 2_000;

/** A real nats-server with JetStream on a free port and a store of its own, which ends with it. */
export class NatsServer implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Its configuration and its store. */
  readonly folder: string;
  readonly #binary: string;
  #process: LocalProcess;

  private constructor(port: number, folder: string, binary: string, process: LocalProcess) {
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
    this.folder = folder;
    this.#binary = binary;
    this.#process = process;
  }

  /** @throws {CodedError} when no nats-server can be had, or it refuses the configuration */
  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const binary = options.binary ?? (await ensureTool('nats-server', { log: toStandardError }));
    return withServerFolder('nats', async (folder) =>
      onFreePort(async (port) => {
        await writeFile(join(folder, CONFIG_FILE), configuration(port, folder, options.config));
        return new NatsServer(port, folder, binary, await launch(binary, folder));
      }),
    );
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Starts it again on the same port and store after `stop` or `kill`. */
  async startAgain(): Promise<void> {
    this.#process = await launch(this.#binary, this.folder);
  }

  /** A clean stop; the store stays. */
  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  /** SIGSTOP: connections stand, nothing answers. Returns once it has stopped, where that can be seen. */
  pause(): void {
    this.#process.signal('SIGSTOP');
    waitUntilStopped(this.pid);
  }

  resume(): void {
    this.#process.signal('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

function configuration(port: number, folder: string, more = ''): string {
  return `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${folder}" }\n${more}\n`;
}

async function launch(binary: string, folder: string): Promise<LocalProcess> {
  const server = new LocalProcess({
    name: 'nats-server',
    command: binary,
    args: ['-c', join(folder, CONFIG_FILE)],
    env: { PATH: process.env['PATH'] },
  });
  try {
    await server.waitForLine((line) => line.includes('Server is ready') || undefined);
  } catch (error) {
    await server.stop('SIGKILL');
    throw error;
  }
  return server;
}

/** On a busy machine its threads go on for some milliseconds after the signal, and take what comes in. */
function waitUntilStopped(pid: number): void {
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return;
  // "tid (name) state ...": T is stopped.
  const runs = (task: string) => !readFileSync(join(tasks, task, 'stat'), 'utf8').includes(') T ');
  while (readdirSync(tasks).some(runs)) {
    if (performance.now() > deadline) throw new Error(`nats-server did not stop in ${STOP_TIMEOUT_MS} ms`);
  }
}

function toStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}
