import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Mounts, processes and cgroups that a daemon left behind.
 * @param folder that it had
 */
export async function leftoversOf(folder: string): Promise<string[]> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const found = mounts.filter((line) => line.includes(folder));
  const name = `shardwatch-${folder.slice(folder.lastIndexOf('-') + 1)}`;
  for (const hierarchy of ['.', ...(await readdir('/sys/fs/cgroup'))]) {
    const cgroup = join('/sys/fs/cgroup', hierarchy, name);
    if (existsSync(cgroup)) found.push(cgroup);
  }
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(folder)) found.push(command.replaceAll('\0', ' '));
  }
  return found;
}
