import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CodedError } from '../../../runtime/errors.ts';
import { findTool } from '../../local/tools/find-tool.ts';
import { runCommand } from '../../local/tools/run-command.ts';
import type { DockerDaemon } from './docker-daemon.ts';
import type { DockerPrograms } from './docker-programs.ts';

export const BASE_IMAGE = 'shardwatch-base:test';

const SUITE = 'bookworm';
const MIRROR = 'http://deb.debian.org/debian';
/** busybox: wget, which the healthchecks of the official images use. */
const INCLUDED = 'ca-certificates,busybox';
const TIMEOUT_MS = 600_000;
const CA_FILE = '/etc/ssl/certs/ca-certificates.crt';
const ARCHIVE = join(import.meta.dirname, '..', '..', '..', '.tools', 'docker-base.tar');

/**
 * Gives the daemon an image that stands for `node:24-bookworm-slim` where no registry can be reached: Debian by
 * debootstrap, the Node.js that runs this, and npm.
 * @throws {CodedError} COMMAND_FAILED, TOOL_MISSING
 */
export async function importBaseImage(docker: DockerDaemon, programs: DockerPrograms): Promise<void> {
  if (!existsSync(ARCHIVE)) await makeArchive(programs);
  const env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  // npm asks the registry with what this machine trusts.
  if (process.env['NODE_EXTRA_CA_CERTS']) env.push(`NODE_EXTRA_CA_CERTS=${CA_FILE}`);
  await docker.run('import', '--change', `ENV ${env.join(' ')}`, ARCHIVE, BASE_IMAGE);
}

async function makeArchive({ env }: DockerPrograms): Promise<void> {
  process.stderr.write(`making a base image of Debian ${SUITE} with debootstrap ...\n`);
  const folder = await mkdtemp(join(tmpdir(), 'shardwatch-base-'));
  try {
    const root = join(folder, 'root');
    await runCommand('debootstrap', ['--variant=minbase', `--include=${INCLUDED}`, SUITE, root, MIRROR], {
      env,
      timeoutMs: TIMEOUT_MS,
    });
    const bin = join(root, 'usr', 'local', 'bin');
    const modules = join(root, 'usr', 'local', 'lib', 'node_modules');
    await copyFile(process.execPath, join(bin, 'node'));
    await mkdir(modules, { recursive: true });
    await cp(await npmFolder(), join(modules, 'npm'), { recursive: true });
    for (const name of ['npm', 'npx'])
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(bin, name));
    await symlink('/bin/busybox', join(bin, 'wget'));
    const trusted = process.env['NODE_EXTRA_CA_CERTS'];
    if (trusted) await copyFile(trusted, join(root, CA_FILE));
    for (const cache of ['var/cache/apt', 'var/lib/apt/lists'])
      await rm(join(root, cache), { recursive: true });
    const archive = join(folder, 'base.tar');
    await runCommand('tar', ['-C', root, '--exclude=./dev/*', '-cf', archive, '.'], {
      timeoutMs: TIMEOUT_MS,
    });
    await copyFile(archive, `${ARCHIVE}.${process.pid}`);
    await rename(`${ARCHIVE}.${process.pid}`, ARCHIVE);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function npmFolder(): Promise<string> {
  for (const npm of findTool({ programs: ['npm'], folders: [] }, process.env['PATH'] ?? '')) {
    const args = ['root', '--global', '--loglevel=silent'];
    const modules = (await runCommand(npm, args, { timeoutMs: TIMEOUT_MS })).trim();
    const folder = join(modules, 'npm');
    if (existsSync(join(folder, 'bin', 'npm-cli.js'))) return folder;
  }
  throw new CodedError('TOOL_MISSING', 'There is no npm whose files could be copied into an image');
}
