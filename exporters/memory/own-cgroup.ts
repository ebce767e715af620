import { join } from 'node:path';

import { kernelFileExists, readKernelFile } from './kernel-file.ts';

export type CgroupVersion = 1 | 2;

export interface CgroupPath {
  readonly version: CgroupVersion;
  /** The process's own cgroup and those around it, as far as they can be seen; never empty. */
  readonly folders: readonly [string, ...string[]];
}

export interface OwnCgroups {
  /** Where the memory controller counts this process. */
  readonly memory: CgroupPath | undefined;
  /** In the hierarchy of version 2, which knows of pressure also where memory is counted by version 1. */
  readonly unified: CgroupPath | undefined;
}

interface Mount {
  readonly version: CgroupVersion;
  /** What of the hierarchy is seen at the mount point; a container often sees its own cgroup only. */
  readonly root: string;
  readonly point: string;
}

/**
 * Asked for at each scrape: a process can be moved.
 * Formats: cgroups(7) for /proc/self/cgroup, proc_pid_mountinfo(5) for /proc/self/mountinfo.
 * @param rootFolder where the file system begins: `/`
 */
export function findOwnCgroups(rootFolder: string): OwnCgroups {
  const membership = parseMembership(readKernelFile(join(rootFolder, 'proc/self/cgroup')) ?? '');
  const mounts = parseMounts(readKernelFile(join(rootFolder, 'proc/self/mountinfo')) ?? '');
  const unified = locate(rootFolder, mounts, 2, membership.unified);
  if (membership.memory === undefined) return { memory: unified, unified };
  return { memory: locate(rootFolder, mounts, 1, membership.memory), unified };
}

/** Lines `hierarchy:controllers:path`; version 2 is hierarchy 0 without controllers. */
function parseMembership(text: string): { memory?: string; unified?: string } {
  const membership: { memory?: string; unified?: string } = {};
  for (const line of text.split('\n')) {
    const [, hierarchy, controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (hierarchy === '0') membership.unified = path;
    else if (controllers?.split(',').includes('memory')) membership.memory = path;
  }
  return membership;
}

/** `id parent device root point options [tags] - type source options`; the last mount of a point is seen. */
function parseMounts(text: string): Mount[] {
  const mounts = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [before, after] = line.split(' - ', 2);
    const [type, , options] = after?.split(' ') ?? [];
    const version = type === 'cgroup2' ? 2 : type === 'cgroup' ? 1 : undefined;
    if (!version || (version === 1 && !options?.split(',').includes('memory'))) continue;
    const [, , , root, point] = (before ?? '').split(' ').map((field) => unescape(field));
    if (root !== undefined && point !== undefined) mounts.set(point, { version, root, point });
  }
  return [...mounts.values()];
}

/** The kernel writes blanks and backslashes in paths as octal numbers. */
function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** Through the first mount that shows the cgroup `path`. */
function locate(
  rootFolder: string,
  mounts: readonly Mount[],
  version: CgroupVersion,
  path: string | undefined,
): CgroupPath | undefined {
  if (path === undefined) return undefined;
  for (const mount of mounts) {
    if (mount.version !== version) continue;
    const inner = innerPath(mount.root, path);
    if (inner === undefined) continue;
    const folders = foldersOutwards(join(rootFolder, mount.point), inner);
    if (kernelFileExists(join(folders[0], 'cgroup.procs'))) return { version, folders };
  }
  return undefined;
}

/**
 * The names that lead from the root of a mount to a cgroup; undefined when it lies outside. Both paths
 * are as this process's cgroup namespace sees them: what is outside of it begins with `/..`.
 */
function innerPath(root: string, path: string): string[] | undefined {
  const outer = root.split('/').filter(Boolean);
  const names = path.split('/').filter(Boolean);
  if (outer.some((name, depth) => names[depth] !== name)) return undefined;
  const inner = names.slice(outer.length);
  return inner.includes('..') ? undefined : inner;
}

function foldersOutwards(mountPoint: string, names: readonly string[]): [string, ...string[]] {
  const outer: string[] = [];
  for (let depth = names.length - 1; depth >= 0; depth--) {
    outer.push(join(mountPoint, ...names.slice(0, depth)));
  }
  return [join(mountPoint, ...names), ...outer];
}
