import { chmod, chown, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { CodedError } from '../../runtime/errors.ts';
import { onFreePort } from './on-free-port.ts';
import { LocalProcess } from './process.ts';
import { withServerFolder } from './server-folder.ts';
import { ensureTool } from './tools/ensure-tool.ts';
import { runCommand } from './tools/run-command.ts';

const SUPERUSER = 'shardwatch';
const DATABASE = 'postgres';
const INITDB_TIMEOUT_MS = 60_000;
/** It refuses to run as root; nothing here belongs to this user otherwise. */
const UNPRIVILEGED_ID = 65_534;
const AS_NOBODY = [
  'setpriv',
  `--reuid=${UNPRIVILEGED_ID}`,
  `--regid=${UNPRIVILEGED_ID}`,
  '--clear-groups',
] as const;

/** A real PostgreSQL on a free port of the loopback, with data of its own which end with it. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  readonly #binary: string;
  #process: LocalProcess;

  private constructor(port: number, folder: string, binary: string, process: LocalProcess) {
    this.port = port;
    this.url = `postgres://${SUPERUSER}@127.0.0.1:${port}/${DATABASE}`;
    this.folder = folder;
    this.#binary = binary;
    this.#process = process;
  }

  /** @throws {CodedError} when no PostgreSQL can be had or it does not start */
  static async start(): Promise<PostgresServer> {
    const log = (line: string) => process.stderr.write(`${line}\n`);
    const binary = await ensureTool('postgres', { log });
    const initdb = await ensureTool('initdb', { log });
    return withServerFolder('postgres', async (folder) => {
      await initialise(initdb, folder);
      return onFreePort(
        async (port) => new PostgresServer(port, folder, binary, await launch(binary, folder, port)),
      );
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Starts it again on the same port and data after `stop` or `kill`. */
  async startAgain(): Promise<void> {
    this.#process = await launch(this.#binary, this.folder, this.port);
  }

  /** Ends all connections and stops; the data stay. */
  async stop(): Promise<void> {
    // SIGINT is its "fast" shutdown: SIGTERM would wait for its clients to leave.
    await this.#process.stop('SIGINT');
  }

  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function initialise(initdb: string, folder: string): Promise<void> {
  await chmod(folder, 0o700);
  const [command, before] = asUnprivileged(initdb);
  if (isRoot()) await chown(folder, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
  const data = ['--pgdata', join(folder, 'data'), '--no-sync', '--encoding=UTF8', '--locale=C'];
  await runCommand(command, [...before, ...data, `--username=${SUPERUSER}`, '--auth=trust'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    timeoutMs: INITDB_TIMEOUT_MS,
  });
}

async function launch(binary: string, folder: string, port: number): Promise<LocalProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    // A killed server's last connections must not hold the port or the memory of the next one.
    dynamic_shared_memory_type: 'mmap',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command, before] = asUnprivileged(binary);
  const server = new LocalProcess({
    name: 'postgres',
    command,
    args: [...before, '-D', join(folder, 'data'), ...args],
    env: { PATH: [dirname(binary), process.env['PATH']].join(':'), LC_ALL: 'C' },
    cwd: folder,
  });
  try {
    const outcome = await server.waitForLine(readyOrTaken);
    if (outcome === 'taken') throw new CodedError('PORT_TAKEN', `port ${port}: address already in use`);
  } catch (error) {
    await server.stop('SIGKILL');
    throw error;
  }
  return server;
}

function readyOrTaken(line: string): 'ready' | 'taken' | undefined {
  if (line.includes('Address already in use')) return 'taken';
  return line.includes('ready to accept connections') ? 'ready' : undefined;
}

/** @returns the command that runs it, and what comes before its arguments */
function asUnprivileged(program: string): readonly [command: string, before: readonly string[]] {
  if (!isRoot()) return [program, []];
  const [command, ...options] = AS_NOBODY;
  return [command, [...options, program]];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
