import { codeOf, messageOf } from '../../../runtime/errors.ts';
import { ensureTool, type EnsureOptions } from '../../local/tools/ensure-tool.ts';
import { findTool } from '../../local/tools/find-tool.ts';
import type { ToolName } from '../../local/tools/tool-table.ts';
import { whyNoDocker } from './docker-programs.ts';
import { SERVICE_TOOLS } from './service-images.ts';

const DEFAULTS: EnsureOptions = { log: (line) => process.stderr.write(`${line}\n`) };

/**
 * Why the services cannot run here as the files for Swarm and compose want them; undefined: they can. Builds what is
 * missing and can be had, so it may take minutes.
 * @param more programs that are needed beside those of the services' images
 */
export async function whyNoServices(
  more: readonly ToolName[],
  options: EnsureOptions = DEFAULTS,
): Promise<string | undefined> {
  const noDocker = whyNoDocker();
  if (noDocker) return noDocker;
  const { PATH: path = '' } = options.env ?? process.env;
  const hasGo = findTool({ programs: ['go'], folders: [] }, path).length > 0;
  for (const name of [...SERVICE_TOOLS, ...more]) {
    try {
      await ensureTool(name, options);
    } catch (error) {
      // One that a variable names and that is unusable is a fault of who set it.
      if (codeOf(error) !== 'TOOL_MISSING') throw error;
      return `it needs ${name}, which Go would build, and ${hasGo ? messageOf(error) : 'there is no go'}`;
    }
  }
  return undefined;
}
