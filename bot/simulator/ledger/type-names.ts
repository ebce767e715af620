/** Dispatch types as small numbers, with a total of each. */
export class TypeNames {
  readonly #names: string[] = [];
  readonly #totals: number[] = [];
  readonly #indexes = new Map<string, number>();

  /** Counts one of this type and returns its number. */
  count(name: string): number {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = this.#names.push(name) - 1;
      this.#totals.push(0);
      this.#indexes.set(name, index);
    }
    this.#totals[index]! += 1;
    return index;
  }

  name(index: number): string {
    return this.#names[index] ?? '';
  }

  toRecord(): Record<string, number> {
    return Object.fromEntries(this.#names.map((name, index) => [name, this.#totals[index] ?? 0]));
  }
}
