import { messageOf } from '../../../runtime/errors.ts';
import { runCommand } from './run-command.ts';
import type { Tool } from './tool.ts';

const ANSWER_TIMEOUT_MS = 10_000;

/** Undefined when the program serves, else why not, in words. */
export async function problemWith(
  file: string,
  tool: Pick<Tool, 'versionArgs' | 'minVersion'>,
): Promise<string | undefined> {
  let output: string;
  try {
    output = await runCommand(file, tool.versionArgs, { timeoutMs: ANSWER_TIMEOUT_MS });
  } catch (error) {
    return `does not run: ${messageOf(error)}`;
  }
  const version = versionIn(output);
  if (!version) return `does not say its version: ${output.slice(0, 200)}`;
  return isOlder(version, tool.minVersion) ? `is ${version}, older than ${tool.minVersion}` : undefined;
}

/** "nats-server: v2.9.10" -> "2.9.10"; later lines tell of other versions, such as Go's. */
export function versionIn(output: string): string | undefined {
  return /\d+\.\d+(\.\d+)?/.exec(output.split('\n', 1)[0] ?? '')?.[0];
}

/** Whether version `a` comes before `b`; missing parts count as 0. */
export function isOlder(a: string, b: string): boolean {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let part = 0; part < Math.max(left.length, right.length); part += 1) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
