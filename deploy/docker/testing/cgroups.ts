import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { codeOf } from '../../../runtime/errors.ts';

const ROOT = '/sys/fs/cgroup';
const TRIES = 50;
const WAIT_MS = 100;

/** Removes a cgroup and what is below it, in every hierarchy of version 1 or in that of version 2. */
export async function removeCgroups(name: string): Promise<void> {
  const folders = await readdir(ROOT, { withFileTypes: true });
  const hierarchies = ['.', ...folders.filter((each) => each.isDirectory()).map((each) => each.name)];
  for (const hierarchy of hierarchies) await removeTree(join(ROOT, hierarchy, name));
}

/** The kernel's files in a cgroup go with it; a cgroup whose last process has just ended is busy for a moment. */
async function removeTree(folder: string): Promise<void> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (codeOf(error) !== 'EBUSY' || attempt === TRIES) throw error;
      await sleep(WAIT_MS);
    }
  }
}
