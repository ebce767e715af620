import { expect, test } from 'vitest';

import { readContainerMemory } from './container-memory.ts';
import { CgroupTree, NO_LIMIT_V1 } from './testing/cgroup-tree.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** A systemd service on a machine with version 2. */
const SERVICE = 'sys/fs/cgroup/bot.slice/gateway.service';
const SLICE = 'sys/fs/cgroup/bot.slice';
function v2Service() {
  return new CgroupTree(['0::/bot.slice/gateway.service'], ['/ /sys/fs/cgroup cgroup2']);
}

/** A container of Docker on a machine with version 1: it sees its own cgroup as the root of the mount. */
const CONTAINER = 'sys/fs/cgroup/memory';
function v1Container() {
  return new CgroupTree(
    ['9:pids:/docker/4f1c', '4:cpu,memory:/docker/4f1c'],
    ['/docker/4f1c /sys/fs/cgroup/pids cgroup pids', '/docker/4f1c /sys/fs/cgroup/memory cgroup cpu,memory'],
  );
}

const NOTHING = {
  workingSetBytes: undefined,
  limitBytes: undefined,
  oomKills: undefined,
  pressureSomeSeconds: undefined,
  pressureFullSeconds: undefined,
};

test('version 2: all figures of a cgroup with a limit', () => {
  using tree = v2Service();
  tree.v2(SLICE);
  tree.v2(SERVICE, { usage: 300 * MIB, inactiveFile: 100 * MIB, limit: String(512 * MIB), oomKills: 3 });
  tree.pressure(SERVICE, 1_500_000, 250_000);
  expect(readContainerMemory(tree)).toEqual({
    version: 2,
    workingSetBytes: 200 * MIB,
    limitBytes: 512 * MIB,
    oomKills: 3,
    pressureSomeSeconds: 1.5,
    pressureFullSeconds: 0.25,
  });
});

test('version 1: all figures of a cgroup with a limit, the page cache of inner cgroups not in it', () => {
  using tree = v1Container();
  tree.v1(CONTAINER, {
    usage: 300 * MIB,
    inactiveFile: 100 * MIB,
    limit: String(512 * MIB),
    oomKills: 3,
  });
  expect(readContainerMemory(tree)).toEqual({
    ...NOTHING,
    version: 1,
    workingSetBytes: 200 * MIB,
    limitBytes: 512 * MIB,
    oomKills: 3,
  });
});

test('pressure comes from the hierarchy of version 2 where version 1 counts memory', () => {
  using tree = new CgroupTree(
    ['4:memory:/bot.slice', '0::/bot.slice/gateway.service'],
    ['/ /sys/fs/cgroup/unified cgroup2 nsdelegate', '/ /sys/fs/cgroup/memory cgroup memory'],
  );
  tree.v1('sys/fs/cgroup/memory/bot.slice', { usage: 7 * MIB });
  tree.v2WithoutMemory('sys/fs/cgroup/unified/bot.slice/gateway.service');
  tree.pressure('sys/fs/cgroup/unified/bot.slice/gateway.service', 2_000_000, 1);
  expect(readContainerMemory(tree)).toMatchObject({
    version: 1,
    workingSetBytes: 7 * MIB,
    pressureSomeSeconds: 2,
    pressureFullSeconds: 0.000001,
  });
});

test.for([
  ['max', 'max'],
  ['above the memory of the machine', String(17 * GIB)],
])('version 2: %s is no limit', ([, limit = '']) => {
  using tree = v2Service();
  tree.v2(SERVICE, { usage: MIB, limit });
  expect(readContainerMemory(tree)).toMatchObject({ workingSetBytes: MIB, limitBytes: undefined });
});

test.for([
  ['the largest number of 4 KiB pages', NO_LIMIT_V1],
  ['the largest number of 64 KiB pages', '9223372036854710272'],
  ['more than the memory of the machine', String(17 * GIB)],
])('version 1: %s is no limit', ([, limit = '']) => {
  using tree = v1Container();
  tree.v1(CONTAINER, { usage: MIB, limit });
  expect(readContainerMemory(tree)).toMatchObject({ workingSetBytes: MIB, limitBytes: undefined });
});

test('a limit as large as the memory of the machine is one: lxcfs shows the limit as that memory', () => {
  using tree = v2Service();
  tree.v2(SERVICE, { limit: String(16 * GIB) });
  expect(readContainerMemory(tree).limitBytes).toBe(16 * GIB);
});

test('where the memory of the machine cannot be read, a limit is believed and "no limit" still known', () => {
  using tree = v1Container();
  tree.remove('proc/meminfo');
  tree.v1(CONTAINER, { limit: String(512 * MIB) });
  expect(readContainerMemory(tree).limitBytes).toBe(512 * MIB);
  tree.v1(CONTAINER, { limit: NO_LIMIT_V1 });
  expect(readContainerMemory(tree).limitBytes).toBeUndefined();
});

test('more inactive page cache than usage leaves a working set of 0, not less', () => {
  using tree = v2Service();
  tree.v2(SERVICE, { usage: 5 * MIB, inactiveFile: 6 * MIB });
  expect(readContainerMemory(tree).workingSetBytes).toBe(0);
});

test('the root cgroup stands for the machine: nothing is told by version 2', () => {
  using tree = new CgroupTree(['0::/'], ['/ /sys/fs/cgroup cgroup2']);
  tree.write('sys/fs/cgroup/cgroup.procs', '1\n');
  tree.write('sys/fs/cgroup/memory.stat', 'inactive_file 5\n');
  tree.pressure('sys/fs/cgroup', 5, 5);
  expect(readContainerMemory(tree)).toEqual({ ...NOTHING, version: 2 });
});

test('the root cgroup stands for the machine: nothing is told by version 1', () => {
  using tree = new CgroupTree(['4:memory:/', '0::/'], ['/ /sys/fs/cgroup/memory cgroup memory']);
  tree.v1('sys/fs/cgroup/memory', { usage: 9 * GIB });
  tree.write('sys/fs/cgroup/memory/cgroup.sane_behavior', '0\n');
  expect(readContainerMemory(tree)).toEqual({ ...NOTHING, version: 1 });
});

test('without cgroups nothing is told', () => {
  using tree = new CgroupTree([], []);
  tree.remove('proc');
  expect(readContainerMemory(tree)).toEqual({ ...NOTHING, version: undefined });
});

test('version 2: a limit around the own cgroup stands beside the usage of that cgroup', () => {
  using tree = v2Service();
  tree.v2(SLICE, { usage: 900 * MIB, inactiveFile: 100 * MIB, limit: String(GIB), oomKills: 8 });
  tree.v2(SERVICE, { usage: 200 * MIB, oomKills: 2 });
  tree.pressure(SLICE, 9_000_000, 9_000_000);
  tree.pressure(SERVICE, 1_000_000, 0);
  expect(readContainerMemory(tree)).toEqual({
    version: 2,
    workingSetBytes: 800 * MIB,
    limitBytes: GIB,
    // What happened to the processes of the own cgroup, whichever limit was reached.
    oomKills: 2,
    pressureSomeSeconds: 1,
    pressureFullSeconds: 0,
  });
});

test('of two limits the one that is nearer counts, also where it is the larger', () => {
  using tree = v2Service();
  tree.v2(SLICE, { usage: 1945 * MIB, limit: String(2 * GIB) });
  tree.v2(SERVICE, { usage: 600 * MIB, limit: String(GIB) });
  expect(readContainerMemory(tree)).toMatchObject({ workingSetBytes: 1945 * MIB, limitBytes: 2 * GIB });
  tree.v2(SLICE, { usage: 700 * MIB, limit: String(2 * GIB) });
  expect(readContainerMemory(tree)).toMatchObject({ workingSetBytes: 600 * MIB, limitBytes: GIB });
});

test('version 2: a cgroup without the memory controller is counted in the next one that has it', () => {
  using tree = v2Service();
  tree.v2(SLICE, { usage: 50 * MIB, limit: String(100 * MIB), oomKills: 4 });
  tree.v2WithoutMemory(SERVICE);
  tree.pressure(SERVICE, 3_000_000, 0);
  expect(readContainerMemory(tree)).toMatchObject({
    workingSetBytes: 50 * MIB,
    limitBytes: 100 * MIB,
    oomKills: 4,
    pressureSomeSeconds: 3,
  });
});

test('version 1: a limit outside of what can be seen stands beside the usage that can', () => {
  using tree = v1Container();
  tree.v1(CONTAINER, { usage: 90 * MIB, limit: String(GIB), smallestLimit: String(100 * MIB) });
  expect(readContainerMemory(tree)).toMatchObject({ workingSetBytes: 90 * MIB, limitBytes: 100 * MIB });
});

test('version 1: a cgroup that does not count those inside it has no say', () => {
  using tree = new CgroupTree(['4:memory:/outer/own'], ['/ /sys/fs/cgroup/memory cgroup memory']);
  tree.v1('sys/fs/cgroup/memory/outer', { usage: 99 * MIB, limit: String(100 * MIB) });
  tree.v1('sys/fs/cgroup/memory/outer/own', { usage: 10 * MIB, limit: String(50 * MIB) });
  expect(readContainerMemory(tree).limitBytes).toBe(100 * MIB);
  tree.write('sys/fs/cgroup/memory/outer/memory.use_hierarchy', '0\n');
  expect(readContainerMemory(tree)).toMatchObject({ workingSetBytes: 10 * MIB, limitBytes: 50 * MIB });
});

test('a process that was moved is found where it is now', () => {
  using tree = v2Service();
  tree.v2(SERVICE, { usage: MIB, limit: String(GIB) });
  tree.v2('sys/fs/cgroup/other', { usage: 2 * MIB, limit: String(2 * GIB) });
  expect(readContainerMemory(tree)).toMatchObject({ workingSetBytes: MIB, limitBytes: GIB });
  tree.moveTo(['0::/other']);
  expect(readContainerMemory(tree)).toMatchObject({ workingSetBytes: 2 * MIB, limitBytes: 2 * GIB });
});

const MISSING = [
  ['memory.current', { workingSetBytes: undefined }],
  ['memory.stat', { workingSetBytes: undefined }],
  ['memory.max', { limitBytes: undefined }],
  ['memory.events', { oomKills: undefined }],
  ['memory.pressure', { pressureSomeSeconds: undefined, pressureFullSeconds: undefined }],
] as const;

test.for(MISSING)('a %s that cannot be read costs its own figure only', ([file, expected]) => {
  using tree = v2Service();
  tree.v2(SERVICE, { usage: MIB, limit: String(GIB), oomKills: 1 });
  const before = readContainerMemory(tree);
  tree.makeUnreadable(`${SERVICE}/${file}`);
  expect(readContainerMemory(tree)).toEqual({ ...before, ...expected });
});

test.for(['', 'garbage\n', '-1\n', '12 13\n', '0x10\n'])('%j is no amount', (text) => {
  using tree = v2Service();
  tree.v2(SERVICE, { limit: String(GIB) });
  tree.write(`${SERVICE}/memory.current`, text);
  tree.write(`${SERVICE}/memory.max`, text);
  expect(readContainerMemory(tree)).toMatchObject({ workingSetBytes: undefined, limitBytes: undefined });
});

test('a kernel that does not count OOM kills, or has no pressure, has none', () => {
  using tree = v1Container();
  tree.v1(CONTAINER, { usage: MIB });
  tree.write(`${CONTAINER}/memory.oom_control`, 'oom_kill_disable 0\nunder_oom 0\n');
  expect(readContainerMemory(tree)).toEqual({ ...NOTHING, version: 1, workingSetBytes: MIB });
});
