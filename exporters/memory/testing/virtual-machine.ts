import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import { LocalProcess } from '../../../deploy/local/process.ts';
import { findTool } from '../../../deploy/local/tools/find-tool.ts';

/** A small Linux with a hierarchy of version 2 and a disk, emulated: no privilege is needed for it. */
export interface Machine {
  /** What `unpackDebianPackages` made of `PACKAGES`. */
  readonly debian: string;
  readonly disk: string;
}

/** Its kernel has NVMe and ext4 built in: no initial RAM disk is needed. */
export const PACKAGES = ['qemu-system-x86', 'linux-image-cloud-amd64'];

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const PROGRAMS = ['sh', 'mount', 'dd', 'cat'];
const DISK_BYTES = 900 * 1024 ** 2;
const LIBRARIES = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'];
const FIRMWARE = ['usr/share/qemu', 'usr/share/seabios'];

/** Parameters of the kernel that it does not know become variables of the first process: LRU_GEN. */
const INIT = `#!/bin/sh
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
echo $LRU_GEN > /sys/kernel/mm/lru_gen/enabled
export PATH=/bin HOME=/tmp
cd /repository
node node_modules/vitest/vitest.mjs run --reporter=tree --no-color </dev/null 2>&1 | cat
echo o > /proc/sysrq-trigger
while :; do :; done
`;

/** @returns in words why no machine can be made here, else undefined */
export function whyNoMachine(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is made for Linux on x86-64';
  if (!existsSync('/etc/debian_version')) return 'its kernel and emulator are packages of Debian';
  for (const program of ['apt-get', 'dpkg-deb', 'mke2fs']) {
    if (!find(program)) return `there is no ${program} here`;
  }
  return undefined;
}

/** @param debian what `unpackDebianPackages` made of `PACKAGES` */
export function makeMachine(folder: string, debian: string, testFile: string): Machine {
  const root = join(folder, 'root');
  const repository = join(root, 'repository');
  for (const each of ['dev', 'proc', 'sys', 'tmp']) mkdirSync(join(root, each), { recursive: true });
  for (const each of ['package.json', 'runtime', 'exporters', ...packagesFor(['vitest', 'prom-client'])]) {
    cpSync(join(REPOSITORY, each), join(repository, each), { recursive: true });
  }
  const options = { include: [testFile], pool: 'forks', testTimeout: 300_000 };
  writeFileSync(
    join(repository, 'vitest.config.js'),
    `export default { test: ${JSON.stringify(options)} };\n`,
  );
  for (const program of [process.execPath, ...PROGRAMS.map((each) => find(each) ?? each)]) {
    copyFile(program, join(root, 'bin', basename(program)));
    copyLibraries(program, root);
  }
  for (const addon of globSync('**/*.node', { cwd: repository }))
    copyLibraries(join(repository, addon), root);
  writeFileSync(join(root, 'init'), INIT);
  chmodSync(join(root, 'init'), 0o755);

  const disk = join(folder, 'disk');
  writeFileSync(disk, '');
  truncateSync(disk, DISK_BYTES);
  execFileSync(find('mke2fs') ?? 'mke2fs', ['-q', '-F', '-t', 'ext4', '-d', root, disk]);
  return { debian, disk };
}

/** @param lruGen whether the kernel ages pages by generations, as newer distributions have it, or by two lists */
export function startMachine({ debian, disk }: Machine, lruGen: boolean): LocalProcess {
  const [kernel = 'no kernel in the package'] = globSync('boot/vmlinuz-*', { cwd: debian });
  const parameters = `console=ttyS0 quiet panic=-1 psi=1 root=/dev/nvme0n1 rw init=/init LRU_GEN=${lruGen ? 'y' : 'n'}`;
  return new LocalProcess({
    name: 'virtual machine',
    command: join(debian, 'usr/bin/qemu-system-x86_64'),
    args: [
      ['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1024'],
      ['-nodefaults', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
      ['-kernel', join(debian, kernel), '-append', parameters],
      [
        '-drive',
        `file=${disk},if=none,id=disk,format=raw,snapshot=on`,
        '-device',
        'nvme,drive=disk,serial=1',
      ],
      FIRMWARE.flatMap((folder) => ['-L', join(debian, folder)]),
    ].flat(),
    env: { LD_LIBRARY_PATH: LIBRARIES.map((folder) => join(debian, folder)).join(':') },
  });
}

/** The folders, from the repository on, of packages and of all that they need. */
function packagesFor(names: readonly string[]): string[] {
  const folders = new Set<string>();
  const add = (name: string, from: string) => {
    const folder = installed(name, from);
    if (folder === undefined || folders.has(folder)) return;
    folders.add(folder);
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Record<string, object | undefined>;
    const needed = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    for (const each of Object.keys(needed)) add(each, folder);
  };
  for (const name of names) add(name, REPOSITORY);
  return [...folders].map((folder) => relative(REPOSITORY, folder));
}

/** Undefined for one that was not installed: an optional one, for another system. */
function installed(name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(REPOSITORY); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

function copyLibraries(program: string, root: string): void {
  for (const [, library] of execFileSync(find('ldd') ?? 'ldd', [program], { encoding: 'utf8' }).matchAll(
    /(\/\S+) \(0x/g,
  )) {
    if (library) copyFile(library, join(root, library));
  }
}

/** What a link leads to. */
function copyFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

function find(program: string): string | undefined {
  return findTool({ programs: [program], folders: ['usr/sbin', 'sbin'] }, process.env['PATH'] ?? '')[0];
}
