import { ensureTool } from '../tools/ensure-tool.ts';
import { TOOLS } from '../tools/tool-table.ts';

/** Runs once before the integration tests, which find the path in the environment. */
export async function setup(): Promise<void> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  process.env[TOOLS['nats-server'].variable] = await ensureTool('nats-server', { log });
}
