import { join } from 'node:path';

import { amountIn, kernelFileExists, parseAmount, readKernelFile } from './kernel-file.ts';
import type { MemoryLevel } from './nearest-to-limit.ts';
import type { CgroupPath, CgroupVersion } from './own-cgroup.ts';

interface MemoryFiles {
  readonly usage: string;
  readonly limit: string;
  /** The line of `memory.stat` that the kubelet subtracts from the usage. */
  readonly inactiveFile: string;
}

/**
 * Linux Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst; cAdvisor's `setMemoryStats`.
 * The limit is the one that kills: `memory.high` only slows down, which the pressure tells.
 */
const FILES: Readonly<Record<CgroupVersion, MemoryFiles>> = {
  1: {
    usage: 'memory.usage_in_bytes',
    limit: 'memory.limit_in_bytes',
    inactiveFile: 'total_inactive_file',
  },
  2: { usage: 'memory.current', limit: 'memory.max', inactiveFile: 'inactive_file' },
};

/**
 * The cgroups that this process's memory is counted in, innermost first: none in the root, which stands
 * for the machine. Version 2 has no files there, and counts the memory of a cgroup without the controller
 * in the next one outwards that has it. Version 1 has the files in the root too, and before Linux 5.11 a
 * cgroup counted those inside it only where it was told to.
 */
export function countingFolders({ version, folders }: CgroupPath): string[] {
  if (version === 2) return folders.filter((folder) => kernelFileExists(join(folder, FILES[2].usage)));
  const counting: string[] = [];
  for (const folder of folders) {
    // Only the root has this one.
    if (kernelFileExists(join(folder, 'cgroup.sane_behavior'))) break;
    const alone = readKernelFile(join(folder, 'memory.use_hierarchy'))?.trim() === '0';
    if (alone && counting.length > 0) break;
    counting.push(folder);
  }
  return counting;
}

/**
 * The own level, and those around it that have a limit.
 * @param folders as `countingFolders` returns them
 * @param machineBytes a limit above that is none
 */
export function readLevels(
  version: CgroupVersion,
  folders: readonly string[],
  machineBytes: number,
): MemoryLevel[] {
  const files = FILES[version];
  const levels: MemoryLevel[] = [];
  for (const folder of folders) {
    const limitBytes = limitBelow(machineBytes, parseAmount(readKernelFile(join(folder, files.limit))));
    if (levels.length > 0 && !isLimit(limitBytes)) continue;
    levels.push({ limitBytes, workingSetBytes: readWorkingSet(folder, files) });
  }
  const outermost = folders.at(-1);
  if (version !== 1 || outermost === undefined) return levels;

  // Version 1 also tells the smallest limit on the whole way to the root. Where that stands outside of what
  // can be seen, it is used at least as far as the outermost that can.
  const stat = readKernelFile(join(outermost, 'memory.stat'));
  const smallest = limitBelow(machineBytes, amountIn(stat, 'hierarchical_memory_limit'));
  const seen = levels.some(({ limitBytes }) => limitBytes !== undefined && limitBytes <= (smallest ?? 0));
  if (isLimit(smallest) && !seen) {
    levels.push({ limitBytes: smallest, workingSetBytes: readWorkingSet(outermost, files) });
  }
  return levels;
}

/** cAdvisor's and the kubelet's: what the kernel can drop at once is no need of the process. */
function readWorkingSet(folder: string, files: MemoryFiles): number | undefined {
  const usage = parseAmount(readKernelFile(join(folder, files.usage)));
  const inactiveFile = amountIn(readKernelFile(join(folder, 'memory.stat')), files.inactiveFile);
  if (usage === undefined || inactiveFile === undefined) return undefined;
  // The two are read one after the other, and version 1 counts usage in batches.
  return Math.max(0, usage - inactiveFile);
}

function limitBelow(machineBytes: number, limitBytes: number | undefined): number | undefined {
  if (limitBytes === undefined) return undefined;
  return limitBytes > machineBytes ? Infinity : limitBytes;
}

function isLimit(limitBytes: number | undefined): limitBytes is number {
  return limitBytes !== undefined && limitBytes !== Infinity;
}
