import { messageOf } from '../../../runtime/errors.ts';
import { runCommand } from './run-command.ts';
import type { Tool } from './tool.ts';

const ANSWER_TIMEOUT_MS = 10_000;

/** Undefined when the program serves, else why not, in words. */
export async function problemWith(
  file: string,
  tool: Pick<Tool, 'versionArgs' | 'minVersion' | 'goModule'>,
): Promise<string | undefined> {
  let output: string;
  try {
    output = await versionOutput(file, tool);
  } catch (error) {
    return `does not run: ${messageOf(error)}`;
  }
  const version = versionIn(output);
  if (!version) return `does not say its version: ${output.slice(0, 200)}`;
  return isOlder(version, tool.minVersion) ? `is ${version}, older than ${tool.minVersion}` : undefined;
}

async function versionOutput(
  file: string,
  { versionArgs, goModule }: Pick<Tool, 'versionArgs' | 'goModule'>,
): Promise<string> {
  const timeoutMs = ANSWER_TIMEOUT_MS;
  if (versionArgs) return runCommand(file, versionArgs, { timeoutMs });
  const builtFrom = await runCommand('go', ['version', '-m', file], { timeoutMs });
  return versionOfModule(builtFrom, goModule?.module ?? '') ?? builtFrom;
}

/** Of what `go version -m` prints: a line for the program's own module, and one for each that it needs. */
export function versionOfModule(output: string, module: string): string | undefined {
  const lines = output.split('\n').map((line) => line.trim().split('\t'));
  return lines.find(([kind, name]) => name === module && (kind === 'mod' || kind === 'dep'))?.[2];
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
