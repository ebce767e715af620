import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { CodedError, messageOf } from '../../runtime/errors.ts';
import { OrphanWatch } from './orphan-watch.ts';
import { OutputLines } from './output-lines.ts';

export interface ProcessSpec {
  /** For messages: "gateway-0". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process; nothing is inherited but what is given here. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Called with every line of standard output and standard error. */
  readonly onLine?: (line: string) => void;
}

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const STOP_DEADLINE_MS = 15_000;
/** How long the pipes of an ended process may stay open: something that it started holds them. */
const PIPE_DEADLINE_MS = 1_000;
/** What a shell returns for a command that it cannot run. */
const EXIT_NOT_STARTED = 127;

let orphanWatch: OrphanWatch | undefined;

/**
 * One child process of ours, in a session of its own: Ctrl-C reaches only this process, which then
 * stops its children in order. Whatever happens to this process, none of them stays behind.
 */
export class LocalProcess implements AsyncDisposable {
  readonly name: string;
  readonly exited: Promise<ExitStatus>;
  readonly #child: ChildProcess;
  readonly #output: OutputLines;
  #ended = false;

  constructor(spec: ProcessSpec) {
    this.name = spec.name;
    this.#output = new OutputLines(spec.onLine);
    this.#child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#output.add(line));
    }
    this.exited = this.#waitForExit();
  }

  get pid(): number {
    if (this.#child.pid === undefined)
      throw new CodedError('PROCESS_ENDED', `${this.name} did not start\n${this.output}`);
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.pid !== undefined && !this.#ended;
  }

  /** Its first and its last lines. */
  get output(): string {
    return this.#output.text;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends the signal and waits for the end; SIGKILL follows when the deadline passes. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', deadlineMs = STOP_DEADLINE_MS): Promise<ExitStatus> {
    if (!this.alive) return this.exited;
    this.signal(signal);
    // A stopped process (SIGSTOP) takes no signal but SIGKILL until it continues.
    if (signal !== 'SIGKILL') this.signal('SIGCONT');
    const timer = setTimeout(() => this.signal('SIGKILL'), deadlineMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Resolves with the first line, past or to come, for which `find` returns something. Of a long
   * output the first and the last lines are kept.
   * @throws {CodedError} PROCESS_ENDED or PROCESS_SILENT, with what it wrote.
   */
  async waitForLine<T>(find: (line: string) => T | undefined, timeoutMs = 30_000): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const stopListening = this.#output.listen((line) => {
      const found = find(line);
      if (found !== undefined) resolve(found);
    });
    const fail = (code: string, what: string) =>
      reject(new CodedError(code, `${this.name} ${what}\n${this.output}`));
    const timer = setTimeout(
      () => fail('PROCESS_SILENT', `wrote no such line in ${timeoutMs} ms`),
      timeoutMs,
    );
    void this.exited.then(({ code, signal }) =>
      fail('PROCESS_ENDED', `ended (${code ?? signal}) before that`),
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #waitForExit(): Promise<ExitStatus> {
    const child = this.#child;
    const closed = once(child, 'close').catch(() => undefined);
    const exit = once(child, 'exit');
    if (child.pid !== undefined) watchOver().add(child.pid);
    try {
      const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
      // 'close' follows once the pipes are empty, so that no line is missed.
      await Promise.race([closed, sleep(PIPE_DEADLINE_MS, undefined, { ref: false })]);
      return { code, signal };
    } catch (error) {
      this.#output.add(messageOf(error));
      return { code: EXIT_NOT_STARTED, signal: null };
    } finally {
      this.#ended = true;
      child.stdout?.destroy();
      child.stderr?.destroy();
      if (child.pid !== undefined) watchOver().remove(child.pid);
    }
  }
}

/** One for all children of this process, started with the first of them. */
function watchOver(): OrphanWatch {
  orphanWatch ??= new OrphanWatch();
  return orphanWatch;
}
