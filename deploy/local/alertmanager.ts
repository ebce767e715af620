import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CodedError, messageOf } from '../../runtime/errors.ts';
import { freePort } from './free-port.ts';
import { LocalProcess } from './process.ts';
import { ensureTool } from './tools/ensure-tool.ts';

export interface AlertmanagerOptions {
  /** Text of its configuration file. */
  readonly config: string;
  /** A path of alertmanager; by default the one that `ensureTool` finds. */
  readonly binary?: string;
}

const CONFIG_FILE = 'alertmanager.yaml';

/** A real Alertmanager on a free port, alone, with a store of its own, which ends with it. */
export class Alertmanager implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #process: LocalProcess;

  private constructor(port: number, folder: string, process: LocalProcess) {
    this.port = port;
    this.folder = folder;
    this.#process = process;
  }

  /** @throws {CodedError} when no Alertmanager can be had, or it refuses the configuration */
  static async start(options: AlertmanagerOptions): Promise<Alertmanager> {
    const log = (line: string) => process.stderr.write(`${line}\n`);
    const binary = options.binary ?? (await ensureTool('alertmanager', { log }));
    const folder = await mkdtemp(join(tmpdir(), 'shardwatch-alertmanager-'));
    try {
      await writeFile(join(folder, CONFIG_FILE), options.config);
      const port = await freePort();
      return new Alertmanager(port, folder, await launch(binary, folder, port));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function launch(binary: string, folder: string, port: number): Promise<LocalProcess> {
  const alertmanager = new LocalProcess({
    name: 'alertmanager',
    command: binary,
    args: [
      `--config.file=${join(folder, CONFIG_FILE)}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Alone: it would look for others otherwise.
      '--cluster.listen-address=',
    ],
    env: { PATH: process.env['PATH'] },
  });
  try {
    await alertmanager.waitForLine((line) => /Listening on|msg=Listening/.test(line) || undefined);
    return alertmanager;
  } catch (error) {
    await alertmanager.stop('SIGKILL');
    throw new CodedError('ALERTMANAGER_FAILED', messageOf(error), { cause: error });
  }
}
