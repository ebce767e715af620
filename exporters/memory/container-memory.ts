import { join } from 'node:path';

import { amountIn, kernelFileExists, parseAmount, readKernelFile } from './kernel-file.ts';
import { countingFolders, readLevels } from './memory-levels.ts';
import { nearestToLimit } from './nearest-to-limit.ts';
import { findOwnCgroups, type CgroupPath, type CgroupVersion } from './own-cgroup.ts';

/** Undefined: the kernel does not tell, and zero would be a lie. */
export interface MemoryReading {
  /** The version of cgroups that counts the memory. */
  readonly version: CgroupVersion | undefined;
  /** Usage without inactive page cache, of the cgroup that `limitBytes` is of. */
  readonly workingSetBytes: number | undefined;
  /** Undefined also where there is no limit below the memory of the machine. */
  readonly limitBytes: number | undefined;
  /** Processes of the own cgroup (version 2: and of those inside it) killed for want of memory. */
  readonly oomKills: number | undefined;
  /** How long at least one task of the own cgroup waited for memory since the cgroup was made. */
  readonly pressureSomeSeconds: number | undefined;
  /** How long all of them waited at the same time. */
  readonly pressureFullSeconds: number | undefined;
}

export interface ContainerMemoryOptions {
  /** Below which `proc/` and the mount points stand: `/`, but for tests. */
  readonly rootFolder?: string;
}

const OOM_KILLS_FILE = { 1: 'memory.oom_control', 2: 'memory.events' } as const;
const MICROSECONDS_PER_SECOND = 1e6;

/**
 * What the kernel says now about the memory of this process's own cgroup; nothing is kept between calls.
 * All is undefined in the root cgroup, which stands for the machine, and outside of Linux.
 */
export function readContainerMemory(options: ContainerMemoryOptions = {}): MemoryReading {
  const { rootFolder = '/' } = options;
  const { memory, unified } = findOwnCgroups(rootFolder);
  return { version: memory?.version, ...readMemory(rootFolder, memory), ...readPressure(unified) };
}

function readMemory(
  rootFolder: string,
  cgroup: CgroupPath | undefined,
): Pick<MemoryReading, 'workingSetBytes' | 'limitBytes' | 'oomKills'> {
  const folders = cgroup ? countingFolders(cgroup) : [];
  const [own] = folders;
  if (!cgroup || own === undefined) {
    return { workingSetBytes: undefined, limitBytes: undefined, oomKills: undefined };
  }
  const level = nearestToLimit(readLevels(cgroup.version, folders, readMachineBytes(rootFolder)));
  return {
    workingSetBytes: level?.workingSetBytes,
    limitBytes: level?.limitBytes === Infinity ? undefined : level?.limitBytes,
    oomKills: amountIn(readKernelFile(join(own, OOM_KILLS_FILE[cgroup.version])), 'oom_kill'),
  };
}

/** Pressure is of version 2 only, whichever version counts the memory. */
function readPressure(
  cgroup: CgroupPath | undefined,
): Pick<MemoryReading, 'pressureSomeSeconds' | 'pressureFullSeconds'> {
  // The root, which alone lacks this file, tells the pressure of the machine.
  const own = cgroup?.folders[0];
  const inCgroup = own !== undefined && kernelFileExists(join(own, 'cgroup.events'));
  const text = inCgroup ? readKernelFile(join(own, 'memory.pressure')) : undefined;
  return { pressureSomeSeconds: totalSeconds(text, 'some'), pressureFullSeconds: totalSeconds(text, 'full') };
}

/** From `some avg10=0.00 avg60=0.00 avg300=0.00 total=<microseconds>`: Linux Documentation/accounting/psi.rst */
function totalSeconds(text: string | undefined, kind: string): number | undefined {
  const line = text?.split('\n').find((each) => each.startsWith(`${kind} `));
  const microseconds = parseAmount(/ total=(\d+)$/.exec(line ?? '')?.[1]);
  return microseconds === undefined ? undefined : microseconds / MICROSECONDS_PER_SECOND;
}

/** Infinity where the kernel does not tell. */
function readMachineBytes(rootFolder: string): number {
  const kibibytes = /^MemTotal:\s+(\d+) kB$/m.exec(
    readKernelFile(join(rootFolder, 'proc/meminfo')) ?? '',
  )?.[1];
  return (parseAmount(kibibytes) ?? Infinity) * 1024;
}
