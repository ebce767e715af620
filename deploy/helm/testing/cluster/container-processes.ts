import { readdir, readFile } from 'node:fs/promises';

/**
 * Processes of a pod's containers, without the one that holds its namespaces.
 * @param uid of the pod, which its cgroup is named for
 */
export async function containerProcesses(uid: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    // It may have ended in the meantime.
    const cgroups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (cgroups.includes(`pod${uid}`) && command.trim() !== 'sleep') found.push(Number(pid));
  }
  if (found.length === 0) throw new Error(`pod ${uid} has no process`);
  return found;
}
