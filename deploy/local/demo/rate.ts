/** Growth per second of a total, over the last few readings. */
export class Rate {
  readonly #readings: { readonly atMs: number; readonly total: number }[] = [];
  readonly #windowMs: number;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** @returns the rate per second; 0 until there are two readings */
  add(total: number, atMs: number): number {
    this.#readings.push({ atMs, total });
    while (this.#readings.length > 2 && atMs - this.#readings[0]!.atMs > this.#windowMs)
      this.#readings.shift();
    const first = this.#readings[0]!;
    return atMs > first.atMs ? ((total - first.total) * 1_000) / (atMs - first.atMs) : 0;
  }
}
