import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { CodedError } from '../../runtime/errors.ts';

export interface ProcessSpec {
  /** For messages: "gateway-0". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process; nothing is inherited but what is given here. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with every line of standard output and standard error. */
  readonly onLine?: (line: string) => void;
}

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How many of its last lines a process keeps for error messages. */
const KEPT_LINES = 200;
const STOP_DEADLINE_MS = 15_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One child process of ours. Whatever happens to this process, none of them stays behind. */
export class LocalProcess implements AsyncDisposable {
  readonly name: string;
  readonly exited: Promise<ExitStatus>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();

  constructor(spec: ProcessSpec) {
    this.name = spec.name;
    this.#child = spawn(spec.command, spec.args, { env: { ...spec.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this.#child);
    if (spec.onLine) this.#listeners.add(spec.onLine);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#onLine(line));
    }
    this.exited = this.#waitForExit();
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last lines that it wrote. */
  get output(): string {
    return this.#lines.join('\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends the signal and waits for the end; SIGKILL follows when the deadline passes. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', deadlineMs = STOP_DEADLINE_MS): Promise<ExitStatus> {
    if (this.alive) {
      this.signal(signal);
      // A stopped process (SIGSTOP) takes no signal but SIGKILL until it continues.
      if (signal !== 'SIGKILL') this.signal('SIGCONT');
      const timer = setTimeout(() => this.signal('SIGKILL'), deadlineMs);
      await this.exited;
      clearTimeout(timer);
    }
    return this.exited;
  }

  /**
   * Resolves with the first line, past or to come, for which `find` returns something.
   * @throws {CodedError} PROCESS_ENDED or PROCESS_SILENT, with the last lines that it wrote.
   */
  async waitForLine<T>(find: (line: string) => T | undefined, timeoutMs = 30_000): Promise<T> {
    for (const line of this.#lines) {
      const found = find(line);
      if (found !== undefined) return found;
    }
    const result = Promise.withResolvers<T>();
    const listener = (line: string) => {
      const found = find(line);
      if (found !== undefined) result.resolve(found);
    };
    this.#listeners.add(listener);
    const timer = setTimeout(() => {
      result.reject(
        new CodedError('PROCESS_SILENT', `${this.name}: no such line in ${timeoutMs} ms\n${this.output}`),
      );
    }, timeoutMs);
    void this.exited.then(({ code, signal }) => {
      const text = `${this.name} ended (${code ?? signal}) before that\n${this.output}`;
      result.reject(new CodedError('PROCESS_ENDED', text));
    });
    try {
      return await result.promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(listener);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #onLine(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    for (const listener of this.#listeners) listener(line);
  }

  async #waitForExit(): Promise<ExitStatus> {
    const failed = once(this.#child, 'error').then(([error]: unknown[]) => {
      this.#lines.push(String(error));
      return { code: 127, signal: null };
    });
    // 'close' follows once the pipes are empty, so that no line is missed.
    const closed = once(this.#child, 'close').then(([code, signal]: unknown[]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
    const status = await Promise.race([failed, closed]);
    running.delete(this.#child);
    return status;
  }
}
