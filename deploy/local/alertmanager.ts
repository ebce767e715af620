import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CodedError, messageOf } from '../../runtime/errors.ts';
import { onFreePort } from './on-free-port.ts';
import { LocalProcess } from './process.ts';
import { withServerFolder } from './server-folder.ts';
import { ensureTool } from './tools/ensure-tool.ts';

export interface AlertmanagerOptions {
  /** Text of its configuration file, or where one stands. */
  readonly config: string | { readonly path: string };
  /** A path of alertmanager; by default the one that `ensureTool` finds. */
  readonly binary?: string;
}

type Labels = Readonly<Record<string, string>>;

/** As Alertmanager takes it from Prometheus; without `endsAt` it ends 5 minutes after it was last sent. */
export interface SentAlert {
  readonly labels: Labels;
  readonly annotations?: Labels;
  /** ISO 8601 */
  readonly startsAt?: string;
  readonly endsAt?: string;
}

/** As Alertmanager tells of it. */
export interface HeldAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly receivers: readonly { readonly name: string }[];
  readonly status: {
    readonly state: 'unprocessed' | 'active' | 'suppressed';
    /** Fingerprints of the alerts that keep it quiet. */
    readonly inhibitedBy: readonly string[];
    readonly silencedBy: readonly string[];
  };
}

const CONFIG_FILE = 'alertmanager.yaml';
const REQUEST_TIMEOUT_MS = 10_000;

/** A real Alertmanager on a free port, alone, with a store of its own, which ends with it. */
export class Alertmanager implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #binary: string;
  readonly #configFile: string;
  #process: LocalProcess;

  private constructor(port: number, folder: string, launched: Launched) {
    this.port = port;
    this.folder = folder;
    this.#binary = launched.binary;
    this.#configFile = launched.configFile;
    this.#process = launched.process;
  }

  /** @throws {CodedError} ALERTMANAGER_FAILED when it refuses the configuration; as `ensureTool` */
  static async start({ config, binary: given }: AlertmanagerOptions): Promise<Alertmanager> {
    const log = (line: string) => process.stderr.write(`${line}\n`);
    const binary = given ?? (await ensureTool('alertmanager', { log }));
    return withServerFolder('alertmanager', async (folder) => {
      const configFile = typeof config === 'string' ? join(folder, CONFIG_FILE) : config.path;
      if (typeof config === 'string') await writeFile(configFile, config, { mode: 0o600 });
      return onFreePort(async (port) => {
        const launched = await launch(binary, configFile, folder, port);
        return new Alertmanager(port, folder, { binary, configFile, process: launched });
      });
    });
  }

  /** For Prometheus. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `http://${this.address}`;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Those that have not ended, muted ones too. */
  async alerts(): Promise<readonly HeldAlert[]> {
    return (await this.#ask('/api/v2/alerts')).json() as Promise<HeldAlert[]>;
  }

  /** Gives it alerts as Prometheus would. @throws {CodedError} ALERTMANAGER_REFUSED */
  async send(alerts: readonly SentAlert[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await this.#ask('/api/v2/alerts', { method: 'POST', headers, body: JSON.stringify(alerts) });
  }

  /**
   * Reads the configuration again. A refused one changes nothing.
   * @param config a new text; without one the file is read as it is now
   * @throws {CodedError} ALERTMANAGER_REFUSED
   */
  async reload(config?: string): Promise<void> {
    if (config !== undefined) await writeFile(this.#configFile, config, { mode: 0o600 });
    await this.#ask('/-/reload', { method: 'POST' });
  }

  /** Starts it again on the same port and store after `stop` or `kill`. */
  async startAgain(): Promise<void> {
    this.#process = await launch(this.#binary, this.#configFile, this.folder, this.port);
  }

  /** A clean stop, which writes down who was told what. */
  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #ask(path: string, request: RequestInit = {}): Promise<Response> {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const response = await fetch(`${this.url}${path}`, { ...request, signal });
    if (response.ok) return response;
    throw new CodedError('ALERTMANAGER_REFUSED', `Alertmanager refused ${path}`, {
      expected: 'success',
      got: `${response.status} ${(await response.text()).trim()}`,
    });
  }
}

interface Launched {
  readonly binary: string;
  readonly configFile: string;
  readonly process: LocalProcess;
}

/** @param folder where its data are */
export function alertmanagerArgs(configFile: string, folder: string, port: number): string[] {
  return [
    `--config.file=${configFile}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // Alone: it would look for others otherwise.
    '--cluster.listen-address=',
  ];
}

/** Whether this line of its log says that it listens. */
export function isAlertmanagerReady(line: string): boolean {
  return /msg="?Listening/.test(line);
}

async function launch(
  binary: string,
  configFile: string,
  folder: string,
  port: number,
): Promise<LocalProcess> {
  const alertmanager = new LocalProcess({
    name: 'alertmanager',
    command: binary,
    args: alertmanagerArgs(configFile, folder, port),
    env: { PATH: process.env['PATH'] },
  });
  try {
    await alertmanager.waitForLine((line) => isAlertmanagerReady(line) || undefined);
    return alertmanager;
  } catch (error) {
    await alertmanager.stop('SIGKILL');
    throw new CodedError('ALERTMANAGER_FAILED', messageOf(error), { cause: error });
  }
}
