import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** pid -> command line of the processes that this one started. */
export function childrenOf(parent: number): Map<number, string> {
  // Small images have no `ps`; macOS has no /proc.
  return existsSync('/proc/self/stat') ? childrenInProc(parent) : childrenByPs(parent);
}

/** Waits until none of them is left. @returns those that are left when the time is over */
export async function waitUntilGone(pids: Iterable<number>, timeoutMs = 10_000): Promise<number[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const left = [...pids].filter(exists);
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(20);
  }
}

export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function childrenInProc(parent: number): Map<number, string> {
  const children = new Map<number, string>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      // "pid (command) state ppid ..."; the command may hold anything.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(ppid) !== parent) continue;
      children.set(Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '));
    } catch {
      continue; // It ended while we looked.
    }
  }
  return children;
}

function childrenByPs(parent: number): Map<number, string> {
  const children = new Map<number, string>();
  for (const line of execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')) {
    const [, pid, ppid, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (Number(ppid) === parent) children.set(Number(pid), command ?? '');
  }
  return children;
}
