/** Trimming costs a copy, so that it is done by eighths. */
const SLACK = 8;

/** The newest `limit` entries of one kind, and how many there ever were. */
export class EntryLog<T> {
  readonly #limit: number;
  #entries: T[] = [];
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get total(): number {
    return this.#total;
  }

  get entries(): readonly T[] {
    return this.#entries.length > this.#limit ? this.#entries.slice(-this.#limit) : this.#entries;
  }

  add(entry: T): void {
    this.#total += 1;
    if (this.#limit === 0) return;
    this.#entries.push(entry);
    if (this.#entries.length > this.#limit + this.#limit / SLACK) {
      this.#entries = this.#entries.slice(-this.#limit);
    }
  }
}

/** Totals by name. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string | number, count = 1): void {
    const key = String(name);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  toRecord(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
