import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { CodedError, EXIT_MISCONFIGURED } from '../../../runtime/errors.ts';
import { freePort } from '../free-port.ts';
import { LocalProcess, type ExitStatus } from '../process.ts';
import { backoffMs, failuresAfter } from './backoff.ts';

/** One process of the demo. */
export interface ServiceSpec {
  /** "gateway-0" */
  readonly name: string;
  readonly command: string;
  /** Writes the files that it reads, before its first start. */
  readonly prepare?: () => Promise<void>;
  /** @param port the free port that it is to listen on */
  readonly args: (port: number) => readonly string[];
  readonly env: (port: number) => Readonly<Record<string, string>>;
  /** Whether this line of its log says that it listens. */
  readonly isListening: (line: string) => boolean;
  /** What a person may open, below the address: "/metrics". */
  readonly pages: readonly string[];
}

export type ServiceState = 'stopped' | 'starting' | 'up' | 'waiting';

export interface ServiceParts {
  readonly spec: ServiceSpec;
  readonly cwd: string;
  readonly logFolder: string;
  /** Told what people should know: that it ended and comes back. */
  readonly note: (text: string) => void;
}

const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 12_000;
/** In a row, before it ever listened: then it is broken and not unlucky. */
const MAX_START_FAILURES = 4;

/** Keeps one process running: starts it again, with growing waits, on the port that it had. */
export class SupervisedService {
  readonly name: string;
  readonly pages: readonly string[];
  readonly logFile: string;
  restarts = 0;
  state: ServiceState = 'stopped';
  readonly #parts: ServiceParts;
  readonly #log: WriteStream;
  readonly #stopping = new AbortController();
  #port = 0;
  #process: LocalProcess | undefined;
  #loop: Promise<void> | undefined;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.name = parts.spec.name;
    this.pages = parts.spec.pages;
    this.logFile = join(parts.logFolder, `${this.name}.log`);
    this.#log = createWriteStream(this.logFile);
  }

  /** 0 before it was started. */
  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#process?.alive ? this.#process.pid : undefined;
  }

  /**
   * Resolves once it listens; from then on it is kept running.
   * @throws {CodedError} SERVICE_FAILED with the end of its log
   */
  async start(): Promise<void> {
    await this.#parts.spec.prepare?.();
    const listening = Promise.withResolvers<void>();
    this.#loop = this.#keepRunning(listening);
    // A failure reaches who waits for `listening`.
    this.#loop.catch(() => undefined);
    await listening.promise;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#stopping.abort();
    await this.#process?.stop(signal, STOP_DEADLINE_MS);
    await this.#loop?.catch(() => undefined);
    this.state = 'stopped';
    this.#log.end();
    await finished(this.#log);
  }

  /** At once; `stop` still tidies up. */
  kill(): void {
    this.#stopping.abort();
    this.#process?.signal('SIGKILL');
  }

  async #keepRunning(listening: PromiseWithResolvers<void>): Promise<void> {
    let everUp = false;
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      // Who was told this port goes on using it.
      if (!everUp) this.#port = await freePort();
      const startedAt = performance.now();
      const process = this.#launch();
      const status = await this.#watch(process, () => {
        everUp = true;
        listening.resolve();
      });
      if (this.#stopping.signal.aborted) break;
      failures = failuresAfter(failures, performance.now() - startedAt);
      const isHopeless = status.code === EXIT_MISCONFIGURED || failures >= MAX_START_FAILURES;
      if (!everUp && isHopeless) {
        this.state = 'stopped';
        listening.reject(failed(this.name, status, process.output));
        return;
      }
      this.restarts += 1;
      await this.#waitBeforeRestart(status, failures);
    }
    listening.reject(new CodedError('SERVICE_FAILED', `${this.name} was stopped before it listened`));
  }

  #launch(): LocalProcess {
    const { spec, cwd } = this.#parts;
    this.state = 'starting';
    this.#process = new LocalProcess({
      name: this.name,
      command: spec.command,
      args: spec.args(this.#port),
      env: spec.env(this.#port),
      cwd,
      onLine: (line) => {
        this.#log.write(`${line}\n`);
      },
    });
    return this.#process;
  }

  /** @returns how it ended */
  async #watch(process: LocalProcess, onUp: () => void): Promise<ExitStatus> {
    try {
      const { isListening } = this.#parts.spec;
      await process.waitForLine((line) => isListening(line) || undefined, START_DEADLINE_MS);
      this.state = 'up';
      onUp();
    } catch {
      // It ended, or is alive and mute: then the next one may do better.
      await process.stop();
    }
    return process.exited;
  }

  async #waitBeforeRestart({ code, signal }: ExitStatus, failures: number): Promise<void> {
    const waitMs = backoffMs(failures);
    this.state = 'waiting';
    this.#parts.note(`${this.name} ended (${signal ?? `status ${code}`}); starting again in ${waitMs} ms`);
    await sleep(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

function failed(name: string, { code, signal }: ExitStatus, output: string): CodedError {
  return new CodedError(
    'SERVICE_FAILED',
    `${name} does not start: it ended with ${signal ?? `status ${code}`}\n${output}`,
    code === EXIT_MISCONFIGURED ? { exitCode: EXIT_MISCONFIGURED } : {},
  );
}
