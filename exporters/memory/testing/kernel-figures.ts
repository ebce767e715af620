import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * What the kernel says about a cgroup, read by the shell script of the Kubernetes documentation
 * (node-pressure-eviction, memory-available.sh), so that nothing is shared with the code under test.
 */
const SCRIPT = `
  set -e
  read -r usage < "$USAGE"
  while read -r key value; do
    if [ "$key" = "$INACTIVE" ]; then inactive=$value; fi
  done < memory.stat
  while read -r key value; do
    if [ "$key" = oom_kill ]; then kills=$value; fi
  done < "$EVENTS"
  working_set=0
  if [ "$usage" -gt "$inactive" ]; then working_set=$((usage - inactive)); fi
  read -r limit < "$LIMIT"
  echo "$usage $working_set $limit $kills"
`;

const FILES = {
  1: {
    USAGE: 'memory.usage_in_bytes',
    INACTIVE: 'total_inactive_file',
    EVENTS: 'memory.oom_control',
    LIMIT: 'memory.limit_in_bytes',
  },
  2: { USAGE: 'memory.current', INACTIVE: 'inactive_file', EVENTS: 'memory.events', LIMIT: 'memory.max' },
};

export interface KernelFigures {
  readonly usage: number;
  readonly workingSet: number;
  /** NaN: max. */
  readonly limit: number;
  readonly oomKills: number;
}

export function kernelFigures(version: 1 | 2, folder: string): KernelFigures {
  const output = execFileSync('/bin/sh', ['-c', SCRIPT], {
    cwd: folder,
    env: FILES[version],
    encoding: 'utf8',
  });
  const [usage = NaN, workingSet = NaN, limit = NaN, oomKills = NaN] = output.split(' ').map(Number);
  return { usage, workingSet, limit, oomKills };
}

/** Microseconds, of both lines: some, then full. */
export function kernelPressure(folder: string): number[] {
  const text = execFileSync('cat', [join(folder, 'memory.pressure')], { encoding: 'utf8' });
  return [...text.matchAll(/total=(\d+)/g)].map(([, total]) => Number(total));
}
