/** A user's values cannot work; the message names every fault. */
export class ValuesError extends Error {
  override readonly name = 'ValuesError';
  readonly code = 'VALUES_INVALID';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(['Values that cannot work:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.faults = faults;
  }
}
