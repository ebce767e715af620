import { execFileSync } from 'node:child_process';

import { ensureTool } from '../tools/ensure-tool.ts';
import type { ToolName } from '../tools/tool-table.ts';
import { versionIn } from '../tools/tool-version.ts';
import { messageOf } from '../../../runtime/errors.ts';

export interface TestedVersion {
  readonly version: string;
  readonly binary: string;
}

/** Programs of which two versions are tested. */
export const TWICE = ['nats-server', 'promtool', 'alertmanager', 'amtool'] as const;

/** Debian's, the oldest that we support, and the current release where it can be had. */
export async function testedVersions(tool: (typeof TWICE)[number]): Promise<TestedVersion[]> {
  const found = [await find(tool)];
  try {
    found.push(await find(`${tool}-current`));
  } catch (error) {
    console.warn(`SKIPPED for a current ${tool}, which cannot be had here: ${messageOf(error)}`);
  }
  console.info(`${tool} versions under test: ${found.map(({ version }) => version).join(', ')}`);
  return found;
}

async function find(name: ToolName): Promise<TestedVersion> {
  const binary = await ensureTool(name, { log: (line) => process.stderr.write(`${line}\n`) });
  return {
    binary,
    version: versionIn(execFileSync(binary, ['--version'], { encoding: 'utf8' })) ?? 'unknown',
  };
}
