/** Exit status of a process whose configuration cannot work: restarting it will not help. */
export const EXIT_MISCONFIGURED = 2;

/** Exit status of a process that failed while it ran: restarting it may help. */
export const EXIT_FAILED = 1;

export interface CodedErrorOptions {
  readonly cause?: unknown;
  /** What would have been right, in words. */
  readonly expected?: string;
  /** What came instead; never a secret. */
  readonly got?: string;
  readonly exitCode?: number;
}

/**
 * An error that an operator can act on: a stable `code` to search for, a sentence, and what was
 * expected beside what came.
 */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  readonly code: string;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly exitCode: number;

  constructor(code: string, message: string, options: CodedErrorOptions = {}) {
    const { expected, got, cause } = options;
    const details = [expected && `expected ${expected}`, got && `got ${got}`].filter(Boolean).join(', ');
    super(details ? `${message}: ${details}` : message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.expected = expected;
    this.got = got;
    this.exitCode = options.exitCode ?? EXIT_FAILED;
  }
}

/** A message for people from whatever was thrown; never empty. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return describe(error);
  // Node.js says nothing itself when each address of a name failed, and undici hides the reason.
  if (error instanceof AggregateError && !error.message) {
    return error.errors.map((each) => messageOf(each)).join('; ') || error.name;
  }
  if (error.message === 'fetch failed' && error.cause) return `fetch failed: ${messageOf(error.cause)}`;
  return error.message || codeOf(error) || error.name;
}

/** Not its fields: they may hold user content. */
function describe(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  if ('message' in thrown && typeof thrown.message === 'string' && thrown.message) return thrown.message;
  return `something that is no error was thrown (${thrown.constructor?.name ?? 'object'})`;
}

/** The `code` of a coded error, of a Node.js system error or of a NATS error; else undefined. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : undefined;
}

/** The exit status a process should end with after this error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CodedError ? error.exitCode : EXIT_FAILED;
}
