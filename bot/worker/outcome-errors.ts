/** Throw it to get the event again after this time, instead of the usual backoff. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly delayMs: number;

  constructor(delayMs: number, reason = 'asked to retry later', cause?: unknown) {
    super(reason, { cause });
    this.delayMs = delayMs;
  }
}

/** Throw it when no further attempt can help: the event becomes a dead letter at once. */
export class Permanent extends Error {
  override readonly name = 'Permanent';
  readonly permanent = true;

  /** @param reason is stored and logged: no user content. */
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
  }
}

/** Throw it when the event is too old to be of use: it is dropped and counted. */
export class Expired extends Error {
  override readonly name = 'Expired';
}

/** A `Permanent`, or an error of another kind that says of itself that no attempt can help. */
export function isPermanent(error: unknown): error is Error {
  return error instanceof Error && 'permanent' in error && error.permanent === true;
}
