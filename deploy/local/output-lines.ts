/** Kept of what a process writes: how it began, with its address, and how it ended. */
const FIRST_LINES = 100;
const LAST_LINES = 200;

/** The lines of a process, those that matter kept within bounds. */
export class OutputLines {
  readonly #first: string[] = [];
  readonly #last: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();
  #dropped = 0;

  constructor(onLine?: (line: string) => void) {
    if (onLine) this.#listeners.add(onLine);
  }

  get text(): string {
    const gap = this.#dropped > 0 ? [`... ${this.#dropped} lines ...`] : [];
    return [...this.#first, ...gap, ...this.#last].join('\n');
  }

  add(line: string): void {
    if (this.#first.length < FIRST_LINES) {
      this.#first.push(line);
    } else {
      this.#last.push(line);
      if (this.#last.length > LAST_LINES) {
        this.#last.shift();
        this.#dropped += 1;
      }
    }
    for (const listener of this.#listeners) listener(line);
  }

  /** Tells the kept lines and then each new one. @returns a function that ends it */
  listen(listener: (line: string) => void): () => void {
    for (const line of [...this.#first, ...this.#last]) listener(line);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
