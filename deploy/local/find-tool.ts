import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps servers in sbin, which is not on everybody's PATH. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The full path of a program on PATH, or undefined. */
export function findOnPath(program: string, path = process.env['PATH'] ?? ''): string | undefined {
  for (const folder of [...path.split(delimiter), ...MORE_FOLDERS]) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return undefined;
}
