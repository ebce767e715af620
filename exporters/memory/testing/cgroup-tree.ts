import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Figures {
  readonly usage: number;
  readonly inactiveFile: number;
  /** As the kernel writes it. */
  readonly limit: string;
  readonly oomKills: number;
  /** Version 1: the smallest limit on the way to the root. */
  readonly smallestLimit: string;
}

/** What version 1 writes for "no limit" on machines with pages of 4 KiB. */
export const NO_LIMIT_V1 = '9223372036854771712';
const MACHINE_KIB = 16 * 1024 * 1024;

/** A small file system with the files that the kernel would show to one process. */
export class CgroupTree implements Disposable {
  readonly rootFolder = mkdtempSync(join(tmpdir(), 'shardwatch-cgroups-'));

  /**
   * @param membership lines of /proc/self/cgroup
   * @param mounts `root point type options` of each mount of cgroups, in order
   */
  constructor(membership: readonly string[], mounts: readonly string[]) {
    this.write('proc/meminfo', `MemTotal:       ${MACHINE_KIB} kB\nMemFree:        1024 kB\n`);
    this.moveTo(membership);
    const others = ['27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw', ''];
    const lines = mounts.map((mount) => {
      const [root, point, type, options = ''] = mount.split(' ');
      return `31 23 0:28 ${root} ${point} rw,nosuid shared:9 master:2 - ${type} ${type} rw${options && `,${options}`}`;
    });
    this.write('proc/self/mountinfo', [...lines, ...others].join('\n'));
  }

  moveTo(membership: readonly string[]): void {
    this.write('proc/self/cgroup', membership.map((line) => `${line}\n`).join(''));
  }

  write(path: string, text: string): void {
    const file = join(this.rootFolder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(path: string): void {
    rmSync(join(this.rootFolder, path), { recursive: true });
  }

  /** Something that is there and cannot be read, also by root. */
  makeUnreadable(path: string): void {
    this.remove(path);
    mkdirSync(join(this.rootFolder, path));
  }

  /** A cgroup of version 2 with the memory controller, in the formats of Linux 6.1. */
  v2(folder: string, figures: Partial<Figures> = {}): void {
    const { usage = 0, inactiveFile = 0, limit = 'max', oomKills = 0 } = figures;
    this.v2WithoutMemory(folder);
    this.write(`${folder}/memory.current`, `${usage}\n`);
    this.write(`${folder}/memory.max`, `${limit}\n`);
    this.write(
      `${folder}/memory.stat`,
      `anon 4096\nfile 8192\ninactive_anon 4096\nactive_anon 0\ninactive_file ${inactiveFile}\nactive_file 0\n`,
    );
    this.write(
      `${folder}/memory.events`,
      `low 0\nhigh 0\nmax 7\noom 5\noom_kill ${oomKills}\noom_group_kill 0\n`,
    );
  }

  v2WithoutMemory(folder: string): void {
    this.write(`${folder}/cgroup.procs`, '');
    this.write(`${folder}/cgroup.events`, 'populated 1\nfrozen 0\n');
    this.pressure(folder, 0, 0);
  }

  /** @param some microseconds */
  pressure(folder: string, some: number, full: number): void {
    const averages = 'avg10=0.00 avg60=1.25 avg300=0.40';
    this.write(
      `${folder}/memory.pressure`,
      `some ${averages} total=${some}\nfull ${averages} total=${full}\n`,
    );
  }

  /** A cgroup of version 1, in the formats of Linux 5.10. */
  v1(folder: string, figures: Partial<Figures> = {}): void {
    const { usage = 0, inactiveFile = 0, limit = NO_LIMIT_V1, oomKills = 0 } = figures;
    this.write(`${folder}/cgroup.procs`, '');
    this.write(`${folder}/memory.use_hierarchy`, '1\n');
    this.write(`${folder}/memory.usage_in_bytes`, `${usage}\n`);
    this.write(`${folder}/memory.limit_in_bytes`, `${limit}\n`);
    this.write(
      `${folder}/memory.stat`,
      `cache 8192\ninactive_file 1\nactive_file 0\nhierarchical_memory_limit ${figures.smallestLimit ?? limit}\n` +
        `total_cache 8192\ntotal_inactive_file ${inactiveFile}\ntotal_active_file 0\n`,
    );
    this.write(`${folder}/memory.oom_control`, `oom_kill_disable 0\nunder_oom 0\noom_kill ${oomKills}\n`);
  }

  [Symbol.dispose](): void {
    rmSync(this.rootFolder, { recursive: true });
  }
}
