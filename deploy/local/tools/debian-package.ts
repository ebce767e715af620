import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';

import { CodedError } from '../../../runtime/errors.ts';
import { findTool } from './find-tool.ts';
import { relocate } from './relocate.ts';
import { runCommand } from './run-command.ts';
import type { Tool } from './tool.ts';

const APT_TIMEOUT_MS = 300_000;

/**
 * Gets a Debian package, with those that it needs, and unpacks them below `folder`.
 * @returns the path of the program
 * @throws {CodedError} COMMAND_FAILED or TOOL_MISSING
 */
export async function unpackDebianPackage(tool: Tool, folder: string): Promise<string> {
  const { debianPackage } = tool;
  if (!debianPackage) throw new CodedError('TOOL_MISSING', `Debian has no ${tool.programs.join(' or ')}`);
  const root = await unpackDebianPackages([debianPackage], folder);
  const [program] = findTool({ ...tool, folders: [...tool.folders, 'usr/bin'] }, '', root);
  if (!program) {
    throw new CodedError(
      'TOOL_MISSING',
      `Debian package ${debianPackage} holds no ${tool.programs.join(' or ')}`,
    );
  }
  const { debianFolder } = tool;
  const runnable = debianFolder ? await relocate(program, root, debianFolder) : program;
  return link(runnable, basename(program), root, join(folder, 'bin'));
}

/**
 * Gets packages, with those that they need and the system lacks, by apt-get and unpacks them into a new
 * folder below `folder`. Nothing is installed in the system: so no root is needed, no service of a package
 * starts now or at the next boot, and neither apt's nor dpkg's lock is taken. apt-get checks the signatures.
 * @returns that new folder, which stands for `/`
 * @throws {CodedError} COMMAND_FAILED
 */
export async function unpackDebianPackages(names: readonly string[], folder: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'shardwatch-apt-'));
  try {
    return await unpack(await download(names, work), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @returns the package files */
async function download(names: readonly string[], work: string): Promise<string[]> {
  const archives = join(work, 'cache', 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(work, 'state', 'lists', 'partial'), { recursive: true });
  const apt = async (...args: string[]) =>
    runCommand('apt-get', [...aptOptions(work), ...args], {
      cwd: work,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      timeoutMs: APT_TIMEOUT_MS,
    });
  await apt('update');
  // --reinstall: also when dpkg believes it installed while its file is gone.
  await apt('install', '--yes', '--no-install-recommends', '--reinstall', '--download-only', ...names);
  const files = await readdir(archives);
  return files.filter((file) => file.endsWith('.deb')).map((file) => join(archives, file));
}

/** The system's sources, keys and list of installed packages; everything else in a folder of our own. */
function aptOptions(work: string): string[] {
  const settings = [
    `Dir::State=${join(work, 'state')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${join(work, 'cache')}`,
    'Debug::NoLocking=1',
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ];
  return ['-q', ...settings.flatMap((setting) => ['-o', setting])];
}

async function unpack(packages: readonly string[], folder: string): Promise<string> {
  // A new folder for each attempt: another process may be running what an earlier one unpacked.
  await mkdir(join(folder, 'debian'), { recursive: true });
  const root = await mkdtemp(join(folder, 'debian', 'root-'));
  for (const file of packages)
    await runCommand('dpkg-deb', ['-x', file, root], { timeoutMs: APT_TIMEOUT_MS });
  return root;
}

/** Puts the program into `bin` in one step: a run beside this one sees the old one or the new one. */
async function link(program: string, name: string, root: string, bin: string): Promise<string> {
  await mkdir(bin, { recursive: true });
  const target = join(bin, name);
  const temporary = `${target}.${process.pid}`;
  const libraries = await libraryFolders(root);
  if (libraries.length === 0) {
    await symlink(relative(bin, program), temporary);
  } else {
    const path = libraries.join(':');
    await writeFile(temporary, `#!/bin/sh\nLD_LIBRARY_PATH='${path}' exec '${program}' "$@"\n`);
    await chmod(temporary, 0o755);
  }
  await rename(temporary, target);
  return target;
}

/** Folders with libraries that the system lacks and that came along: usr/lib/x86_64-linux-gnu. */
async function libraryFolders(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'usr', 'lib'), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.includes('-linux-'))
    .map((entry) => join(root, 'usr', 'lib', entry.name));
}
