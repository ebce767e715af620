/**
 * A set of sequence numbers that arrive nearly in order: everything up to `floor` is in it, and a
 * few above. Constant time and, while numbers arrive in order, constant memory.
 */
export class ContiguousSet {
  #floor: number;
  #highest: number;
  readonly #above = new Set<number>();

  /** @param floor every number up to this one counts as present */
  constructor(floor: number) {
    this.#floor = floor;
    this.#highest = floor;
  }

  /** The highest number below which none is missing. */
  get floor(): number {
    return this.#floor;
  }

  get highest(): number {
    return this.#highest;
  }

  /** How many numbers between `floor` and `highest` are missing. */
  get missing(): number {
    return this.#highest - this.#floor - this.#above.size;
  }

  has(value: number): boolean {
    return value <= this.#floor || this.#above.has(value);
  }

  /** Returns false when it was present already. */
  add(value: number): boolean {
    if (this.has(value)) return false;
    if (value > this.#highest) this.#highest = value;
    if (value === this.#floor + 1) {
      this.#floor = value;
      this.#closeUp();
    } else {
      this.#above.add(value);
    }
    return true;
  }

  /** Counts everything up to the next number above the floor as present; returns how many that were. */
  closeFirstGap(): number {
    if (this.#above.size === 0) return 0;
    let next = Infinity;
    for (const value of this.#above) next = Math.min(next, value);
    const closed = next - 1 - this.#floor;
    this.#floor = next - 1;
    this.#closeUp();
    return closed;
  }

  #closeUp(): void {
    while (this.#above.delete(this.#floor + 1)) this.#floor += 1;
  }
}
