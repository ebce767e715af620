import { messageOf } from '../../../runtime/errors.ts';
import { ensureTool } from '../tools/ensure-tool.ts';
import { TOOLS, type ToolName } from '../tools/tool-table.ts';
import { TWICE } from './tested-versions.ts';

const NEEDED: readonly ToolName[] = [
  'nats-server',
  'prometheus',
  'promtool',
  'alertmanager',
  'amtool',
  'initdb',
  'postgres',
];

/** Runs once before the integration tests, which find the paths in the environment. */
export async function setup(): Promise<void> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  for (const name of NEEDED) process.env[TOOLS[name].variable] = await ensureTool(name, { log });
  try {
    process.env[TOOLS.helm.variable] = await ensureTool('helm', { log });
  } catch (error) {
    // Tests of the charts say it again and fail; nothing else needs it.
    log(messageOf(error));
  }
  // One after the other, and before any test waits for it: a build takes minutes.
  for (const name of TWICE) {
    const current = `${name}-current` as const;
    try {
      process.env[TOOLS[current].variable] = await ensureTool(current, { log });
    } catch (error) {
      log(`SKIPPED on a current ${name}: ${messageOf(error)}`);
    }
  }
}
