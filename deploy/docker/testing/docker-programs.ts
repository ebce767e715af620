import { readlink, rename, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { unpackDebianPackages } from '../../local/tools/debian-package.ts';
import { findTool, isExecutable } from '../../local/tools/find-tool.ts';

const TOOLS_FOLDER = join(import.meta.dirname, '..', '..', '..', '.tools');
const PACKAGES = ['docker.io', 'iptables', 'slirp4netns', 'debootstrap', 'containernetworking-plugins'];
/** Names of one program, which Debian gives it when iptables is installed. */
const IPTABLES = ['iptables', 'ip6tables'].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);
/** On every Debian; what a daemon in namespaces of its own is started with. */
const NEEDED = ['apt-get', 'unshare', 'ip', 'tar'];

/** Why no Docker daemon of our own can run here; undefined: one can. */
export function whyNoDocker(): string | undefined {
  if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'it needs root: a Docker daemon is started';
  const missing = NEEDED.filter((program) => !isThere(program));
  return missing.length > 0 ? `there is no ${missing.join(', no ')} on PATH` : undefined;
}

function isThere(program: string): boolean {
  return (
    findTool({ programs: [program], folders: ['usr/sbin', 'sbin'] }, process.env['PATH'] ?? '').length > 0
  );
}

/** Debian's Docker, unpacked beside the system: nothing is installed, no service of the machine is touched. */
export interface DockerPrograms {
  /** Stands for `/`. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
}

/** From `.tools`, or fetched into it. @throws {CodedError} COMMAND_FAILED */
export async function dockerPrograms(): Promise<DockerPrograms> {
  const link = join(TOOLS_FOLDER, 'docker');
  const needed = ['usr/sbin/dockerd', 'usr/lib/cni/bridge'].map((program) => join(link, program));
  if (!needed.every(isExecutable)) {
    process.stderr.write(`unpacking Debian packages ${PACKAGES.join(', ')} into .tools ...\n`);
    const unpacked = await unpackDebianPackages(PACKAGES, TOOLS_FOLDER);
    for (const name of IPTABLES) await symlink('xtables-legacy-multi', join(unpacked, 'usr', 'sbin', name));
    await symlink(relative(TOOLS_FOLDER, unpacked), `${link}.${process.pid}`);
    await rename(`${link}.${process.pid}`, link);
  }
  const root = join(TOOLS_FOLDER, await readlink(link));
  const libraries = join(root, 'usr', 'lib', 'x86_64-linux-gnu');
  return {
    root,
    env: {
      PATH: [join(root, 'usr', 'sbin'), join(root, 'usr', 'bin'), process.env['PATH'] ?? ''].join(':'),
      LD_LIBRARY_PATH: libraries,
      XTABLES_LIBDIR: join(libraries, 'xtables'),
      DEBOOTSTRAP_DIR: join(root, 'usr', 'share', 'debootstrap'),
    },
  };
}
