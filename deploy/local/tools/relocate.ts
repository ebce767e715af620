import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a process calls the folder that it runs in; slashes make it as long as any path. */
const OWN_FOLDER = '/proc/self/cwd';

/**
 * Makes a program that looks for its files in a fixed folder find them below `root`, where its package was
 * unpacked: every mention of the folder in the program becomes its working directory, same length for same
 * length, and a script starts it there. Relative paths among its arguments no longer mean what they say.
 * @param folder as the program names it
 * @returns the path of the script
 */
export async function relocate(program: string, root: string, folder: string): Promise<string> {
  const code = await readFile(program);
  const found = Buffer.from(folder);
  const instead = Buffer.from(OWN_FOLDER.padEnd(folder.length, '/'));
  for (let at = code.indexOf(found); at >= 0; at = code.indexOf(found, at + 1)) instead.copy(code, at);
  const moved = `${program}.relocated`;
  await writeFile(moved, code);
  await chmod(moved, 0o755);
  const script = `${program}.sh`;
  await writeFile(script, `#!/bin/sh\ncd '${join(root, folder)}' && exec '${moved}' "$@"\n`);
  await chmod(script, 0o755);
  return script;
}
