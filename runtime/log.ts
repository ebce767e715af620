import { pino } from 'pino';

export type Logger = pino.Logger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const REDACTED = '[redacted]';
/** Interaction and webhook tokens stand in REST paths, which errors quote. */
const TOKEN_IN_PATH = /(\/(?:interactions|webhooks)\/\d+\/)[\w.-]+/g;

export interface LoggerOptions {
  readonly component: string;
  readonly level: LogLevel;
  /** Values that must never be written, wherever in a line they stand. */
  readonly secrets?: readonly string[];
  /** A file descriptor; 1 is standard output. */
  readonly fd?: number;
}

/**
 * JSON lines on standard output, written without blocking. Log a fixed message plus fields; never
 * a message's content. Known secrets and tokens in paths are blotted out of every line.
 */
export function createLogger(options: LoggerOptions): Logger {
  const secrets = (options.secrets ?? []).filter((value) => value.length > 0);
  return pino(
    {
      level: options.level,
      base: { component: options.component },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['token', 'authorization', 'content', '*.token', '*.authorization', '*.content'],
        censor: REDACTED,
      },
      hooks: { streamWrite: (line) => blotOut(line, secrets) },
    },
    pino.destination({ dest: options.fd ?? 1, sync: false }),
  );
}

function blotOut(line: string, secrets: readonly string[]): string {
  let clean = line.replace(TOKEN_IN_PATH, `$1${REDACTED}`);
  for (const value of secrets) clean = clean.replaceAll(value, REDACTED);
  return clean;
}

/** Waits until every line so far has been handed to the operating system. */
export async function flushLogger(log: Logger): Promise<void> {
  await new Promise<void>((resolve) => log.flush(() => resolve()));
}
