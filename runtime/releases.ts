import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from './log.ts';

export type Release = () => Promise<void> | void;

/** What a process has to give back, in the reverse order of how it got it. */
export class Releases {
  readonly #log: Logger;
  readonly #pending: { name: string; release: Release }[] = [];
  #current = '';

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, release: Release): void {
    this.#pending.push({ name, release });
  }

  /** Returns false when a release failed or the deadline passed. */
  async runAll(deadlineMs: number): Promise<boolean> {
    const done = new AbortController();
    const deadline = sleep(deadlineMs, 'late' as const, { signal: done.signal }).catch(() => 'late' as const);
    const result = await Promise.race([this.#run(), deadline]);
    done.abort();
    if (result !== 'late') return result;
    this.#log.error({ release: this.#current, deadlineMs }, 'stop deadline passed');
    return false;
  }

  async #run(): Promise<boolean> {
    let clean = true;
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) {
      this.#current = next.name;
      try {
        await next.release();
      } catch (error) {
        clean = false;
        this.#log.error({ err: error, release: next.name }, 'a release failed');
      }
    }
    return clean;
  }
}
