import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../../../runtime/errors.ts';

/** Where cgroups can be made. */
export interface Place {
  readonly version: 1 | 2;
  readonly folder: string;
  /** The hierarchy of version 2 beside version 1, which tells pressure. */
  readonly unified: string | undefined;
}

const MOUNT_POINT = '/sys/fs/cgroup';
const REMOVAL_DEADLINE_MS = 5_000;

/**
 * Where this machine lets us make cgroups that count memory; found without the code under test.
 * @returns a reason in words where it does not
 */
export async function findPlace(): Promise<Place | string> {
  try {
    const place = ownPlace();
    await using trial = new TestCgroup(place, 'trial');
    trial.limitTo(2 ** 30);
    return place;
  } catch (error) {
    return `no cgroup with a memory limit can be made here: ${messageOf(error)}`;
  }
}

function ownPlace(): Place {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
  const v1 = lines.find((line) => /^\d+:([^:]*,)?memory(,[^:]*)?:/.test(line))?.split(':')[2];
  if (v1 !== undefined) {
    const [mount, unified] = [join(MOUNT_POINT, 'memory'), join(MOUNT_POINT, 'unified')];
    // In a container the mount may show the own cgroup as its root.
    const folder = [join(mount, v1), mount].find((each) => existsSync(each)) ?? mount;
    return { version: 1, folder, unified: isWritable(unified) ? unified : undefined };
  }
  const own = lines.find((line) => line.startsWith('0::'))?.slice('0::'.length) ?? '/';
  for (
    let folder = resolve(MOUNT_POINT, `.${own}`);
    folder.startsWith(MOUNT_POINT);
    folder = dirname(folder)
  ) {
    const passedOn = readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8').trim().split(' ');
    if (passedOn.includes('memory')) return { version: 2, folder, unified: folder };
  }
  throw new Error('no cgroup around this process passes the memory controller on');
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Removed at the end; its processes must have ended by then. */
export class TestCgroup implements AsyncDisposable {
  readonly folder: string;
  /** The folder with `memory.pressure`. */
  readonly unified: string | undefined;
  readonly #place: Place;

  constructor(place: Place, name: string) {
    this.#place = place;
    const unique = `shardwatch-${process.pid}-${name}`;
    this.folder = join(place.folder, unique);
    mkdirSync(this.folder);
    this.unified = place.unified && join(place.unified, unique);
    if (this.unified !== undefined && this.unified !== this.folder) mkdirSync(this.unified);
  }

  /** One inside of this; by version 2 this one may then hold no processes of its own. */
  inner(name: string, { counted = true } = {}): TestCgroup {
    const { version } = this.#place;
    if (version === 2 && counted) writeFileSync(join(this.folder, 'cgroup.subtree_control'), '+memory');
    return new TestCgroup({ version, folder: this.folder, unified: this.unified }, name);
  }

  /** Swap would put off the OOM killer. */
  limitTo(bytes: number): void {
    const [limit, swap, swapBytes] =
      this.#place.version === 1
        ? ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes', bytes]
        : ['memory.max', 'memory.swap.max', 0];
    writeFileSync(join(this.folder, limit), String(bytes));
    if (existsSync(join(this.folder, swap))) writeFileSync(join(this.folder, swap), String(swapBytes));
  }

  add(pid: number): void {
    for (const folder of this.#folders()) writeFileSync(join(folder, 'cgroup.procs'), String(pid));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.#folders()) await removeCgroup(folder);
  }

  #folders(): string[] {
    return [...new Set([this.folder, this.unified ?? this.folder])];
  }
}

/** The kernel lets an ended process go a moment after its parent hears of it, and tells nobody. */
async function removeCgroup(folder: string): Promise<void> {
  const deadline = performance.now() + REMOVAL_DEADLINE_MS;
  while (readFileSync(join(folder, 'cgroup.procs'), 'utf8') !== '' && performance.now() < deadline) {
    await sleep(10);
  }
  rmdirSync(folder);
}
