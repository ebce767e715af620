import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { CodedError } from '../../../runtime/errors.ts';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

const MAX_OUTPUT_BYTES = 16 * 1024 ** 2;
const QUOTED_CHARACTERS = 2_000;

const execute = promisify(execFile);

/**
 * Runs a program to its end, without a shell and without standard input.
 * @returns what it wrote on standard output and standard error
 * @throws {CodedError} COMMAND_FAILED with the end of what it wrote
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  try {
    const running = execute(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      timeout: options.timeoutMs,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    running.child.stdin?.end();
    const { stdout, stderr } = await running;
    return stdout + stderr;
  } catch (error) {
    throw new CodedError('COMMAND_FAILED', `${[command, ...args].join(' ')} failed: ${lastWords(error)}`, {
      cause: error,
    });
  }
}

function lastWords(error: unknown): string {
  const { stdout, stderr, message, killed } = error as Partial<Record<string, unknown>>;
  const written = `${textOf(stdout)}${textOf(stderr)}`.trim();
  const reason = killed === true ? 'it took too long' : textOf(message).split('\n', 1)[0];
  return written ? written.slice(-QUOTED_CHARACTERS) : (reason ?? '');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
