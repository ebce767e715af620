import { ensureTool } from '../tools/ensure-tool.ts';
import { TOOLS, type ToolName } from '../tools/tool-table.ts';

const NEEDED: readonly ToolName[] = ['nats-server', 'prometheus', 'promtool', 'alertmanager', 'amtool'];

/** Runs once before the integration tests, which find the paths in the environment. */
export async function setup(): Promise<void> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  for (const name of NEEDED) process.env[TOOLS[name].variable] = await ensureTool(name, { log });
}
