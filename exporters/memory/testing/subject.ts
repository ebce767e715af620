import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Order } from './subject/main.ts';
import type { TestCgroup } from './test-cgroup.ts';

const MAIN = join(import.meta.dirname, 'subject', 'main.ts');
/** The first that the kernel kills. */
const OOM_SCORE_ADJ_MAX = 1000;

/** A scrape by family, with its labels where it has any; a series that is absent is undefined. */
export type Series = Readonly<Record<string, number | undefined>>;

/** A Node.js process in a cgroup: what it used before it was put there is not counted in it. */
export class Subject implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<NodeJS.Signals | null>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  }

  static async start(cgroup: TestCgroup): Promise<Subject> {
    const child = fork(MAIN, { execArgv: [] });
    const subject = new Subject(child);
    await once(child, 'message');
    cgroup.add(subject.pid);
    return subject;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the subject did not start');
    return this.#child.pid;
  }

  async hold(bytes: number): Promise<void> {
    await this.#ask({ do: 'hold', bytes });
  }

  async readFile(path: string): Promise<void> {
    await this.#ask({ do: 'read-file', path });
  }

  async scrape(): Promise<Series> {
    const text = await this.#ask({ do: 'scrape' });
    const series: Record<string, number> = {};
    for (const line of text.split('\n')) {
      const [, name, value] = /^bot_container_memory_(\S+) (\S+)$/.exec(line) ?? [];
      if (name !== undefined) series[name] = Number(value);
    }
    return series;
  }

  /** Takes memory until the kernel kills it, before any other process of the cgroup. @returns the signal */
  async exhaust(): Promise<NodeJS.Signals | null> {
    writeFileSync(`/proc/${this.pid}/oom_score_adj`, String(OOM_SCORE_ADJ_MAX));
    this.#child.send({ do: 'exhaust' } satisfies Order);
    return this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async #ask(order: Order): Promise<string> {
    const answer = once(this.#child, 'message');
    const ended = this.#exited.then((signal) => {
      throw new Error(`the subject ended (${signal}) before it did: ${order.do}`);
    });
    this.#child.send(order);
    const [text] = (await Promise.race([answer, ended])) as [string];
    return text;
  }
}
