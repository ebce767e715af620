import { execFileSync } from 'node:child_process';

import { messageOf } from '../../../runtime/errors.ts';
import { ensureTool } from '../../../deploy/local/tools/ensure-tool.ts';
import { versionIn } from '../../../deploy/local/tools/tool-version.ts';

export interface NatsVersion {
  readonly version: string;
  readonly binary: string;
}

/** The server that the project runs on, and the current release where it can be had. */
export async function natsVersions(): Promise<NatsVersion[]> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const versions = [await versionOf('nats-server', log)];
  try {
    versions.push(await versionOf('nats-server-current', log));
  } catch (error) {
    console.warn(`SKIPPED for a current nats-server, which cannot be had here: ${messageOf(error)}`);
  }
  console.info(`nats-server versions under test: ${versions.map(({ version }) => version).join(', ')}`);
  return versions;
}

async function versionOf(
  tool: 'nats-server' | 'nats-server-current',
  log: (line: string) => void,
): Promise<NatsVersion> {
  const binary = await ensureTool(tool, { log });
  const version = versionIn(execFileSync(binary, ['--version'], { encoding: 'utf8' }));
  return { binary, version: version ?? 'unknown' };
}
