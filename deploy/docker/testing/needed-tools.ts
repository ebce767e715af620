import { messageOf } from '../../../runtime/errors.ts';
import { ensureTool, type EnsureOptions } from '../../local/tools/ensure-tool.ts';
import type { ToolName } from '../../local/tools/tool-table.ts';
import { whyNoDocker } from './docker-programs.ts';
import { SERVICE_TOOLS } from './service-images.ts';

/**
 * Why the services cannot run here as the files for Swarm and compose want them; undefined: they can. Fetches or
 * builds what is missing and can be had, so it may take minutes.
 * @param more programs that are needed beside those of the services' images
 */
export async function whyNoServices(
  more: readonly ToolName[],
  options: EnsureOptions = { log: (line) => process.stderr.write(`${line}\n`) },
): Promise<string | undefined> {
  const noDocker = whyNoDocker();
  if (noDocker) return noDocker;
  for (const name of [...SERVICE_TOOLS, ...more]) {
    try {
      await ensureTool(name, options);
    } catch (error) {
      return `it needs ${name}, which is built with Go: ${messageOf(error)}`;
    }
  }
  return undefined;
}
