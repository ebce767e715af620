import { pino } from 'pino';

import { errorFields } from './error-fields.ts';
import { LogDestination } from './log-destination.ts';
import { createRedaction, REDACTED, type Redaction } from './redaction.ts';

export type Logger = pino.Logger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const FLUSH_DEADLINE_MS = 1_000;
/** As deep as a dispatch or a REST call may stand in the fields. */
const REDACTED_KEYS = ['token', 'authorization', 'content'] as const;
const REDACTED_PATHS = REDACTED_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

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
 * a message's content. Known secrets and tokens in paths are blotted out of every line, and of an
 * `err` only what is known to be harmless is written.
 */
export function createLogger(options: LoggerOptions): Logger {
  const destination = new LogDestination({
    fd: options.fd ?? 1,
    redact: createRedaction(options.secrets ?? []),
    onDropped: (lines) => log.warn({ lines }, 'log lines were dropped: nobody read them in time'),
  });
  const log: Logger = pino(
    {
      level: options.level,
      base: { component: options.component },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFields },
      redact: { paths: REDACTED_PATHS, censor: REDACTED },
    },
    destination,
  );
  return log;
}

/**
 * Waits until every line so far has been handed to the operating system.
 * @returns false when that took longer than `deadlineMs`; the process must then be killed, for
 *   `process.exit` waits for the write that is stuck.
 */
export async function flushLogger(log: Logger, deadlineMs = FLUSH_DEADLINE_MS): Promise<boolean> {
  return (await destinationOf(log)?.flushed(deadlineMs)) ?? true;
}

/** What this logger leaves out must not leave the process by other ways either. */
export function redactionOf(log: Logger): Redaction {
  return destinationOf(log)?.redact ?? createRedaction([]);
}

function destinationOf(log: Logger): LogDestination | undefined {
  const stream: unknown = (log as unknown as Record<symbol, unknown>)[pino.symbols.streamSym];
  return stream instanceof LogDestination ? stream : undefined;
}
