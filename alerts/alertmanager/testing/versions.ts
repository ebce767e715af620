import { execFileSync } from 'node:child_process';

import { ensureTool } from '../../../deploy/local/tools/ensure-tool.ts';
import type { ToolName } from '../../../deploy/local/tools/tool-table.ts';
import { versionIn } from '../../../deploy/local/tools/tool-version.ts';
import { messageOf } from '../../../runtime/errors.ts';

export interface TestedVersion {
  readonly version: string;
  readonly binary: string;
}

/** Debian's, the oldest that configurations are written for, and the current release where it can be had. */
export async function testedVersions(tool: 'alertmanager' | 'amtool'): Promise<TestedVersion[]> {
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
