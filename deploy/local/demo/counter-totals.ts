/** Adds up counters that start again at 0 whenever their process does. */
export class CounterTotals {
  readonly #seen = new Map<string, { last: number; before: number }>();

  /**
   * Takes one reading.
   * @returns the total since the first process of that name started
   */
  add(name: string, value: number): number {
    const seen = this.#seen.get(name) ?? { last: 0, before: 0 };
    const before = value < seen.last ? seen.before + seen.last : seen.before;
    this.#seen.set(name, { last: value, before });
    return before + value;
  }

  /** The newest total, also while its process does not answer. */
  total(name: string): number {
    const seen = this.#seen.get(name);
    return seen ? seen.before + seen.last : 0;
  }
}
