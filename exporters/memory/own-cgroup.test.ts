import { join } from 'node:path';

import { expect, test } from 'vitest';

import { findOwnCgroups } from './own-cgroup.ts';
import { CgroupTree } from './testing/cgroup-tree.ts';

/** Membership, mounts, and the folders that must be found, innermost first, below /sys/fs/cgroup. */
const CASES: Record<string, { member: string[]; mounts: string[]; folders: string[] }> = {
  'version 2 on a machine': {
    member: ['0::/system.slice/bot.service'],
    mounts: ['/ /sys/fs/cgroup cgroup2 nsdelegate'],
    folders: ['system.slice/bot.service', 'system.slice', ''],
  },
  'version 2 in a container with a cgroup namespace': {
    member: ['0::/'],
    mounts: ['/ /sys/fs/cgroup cgroup2'],
    folders: [''],
  },
  'version 2 in a container without one, where the mount shows the own cgroup': {
    member: ['0::/system.slice/docker-4f1c.scope/inner'],
    mounts: ['/system.slice/docker-4f1c.scope /sys/fs/cgroup cgroup2'],
    folders: ['inner', ''],
  },
  'version 1 on a machine, controllers mounted together': {
    member: ['3:cpu,cpuacct:/x', '2:memory,hugetlb:/user.slice/a'],
    mounts: ['/ /sys/fs/cgroup/cpu cgroup cpu,cpuacct', '/ /sys/fs/cgroup/memory cgroup hugetlb,memory'],
    folders: ['memory/user.slice/a', 'memory/user.slice', 'memory'],
  },
  'version 1 in a container that sees the own cgroup as the root of the mount': {
    member: ['4:memory:/docker/4f1c'],
    mounts: ['/docker/4f1c /sys/fs/cgroup/memory cgroup memory'],
    folders: ['memory'],
  },
  'version 1 in a container that sees the whole hierarchy': {
    member: ['4:memory:/docker/4f1c'],
    mounts: ['/ /sys/fs/cgroup/memory cgroup memory'],
    folders: ['memory/docker/4f1c', 'memory/docker', 'memory'],
  },
  'both versions, version 1 with the memory controller': {
    member: ['4:memory:/a', '0::/b'],
    mounts: ['/ /sys/fs/cgroup/unified cgroup2', '/ /sys/fs/cgroup/memory cgroup memory'],
    folders: ['memory/a', 'memory'],
  },
  'both versions, version 2 with the memory controller': {
    member: ['1:name=systemd:/a', '0::/b'],
    mounts: ['/ /sys/fs/cgroup/systemd cgroup name=systemd', '/ /sys/fs/cgroup/unified cgroup2'],
    folders: ['unified/b', 'unified'],
  },
  'a name with a colon, a blank and a backslash': {
    member: ['0::/pod:1/a b\\c'],
    mounts: ['/pod:1/a\\040b\\134c /sys/fs/cgroup cgroup2'],
    folders: [''],
  },
  'a mount that shows another part comes first': {
    member: ['0::/docker/4f1c'],
    mounts: ['/docker/4f1 /sys/fs/cgroup/other cgroup2', '/docker /sys/fs/cgroup/docker cgroup2'],
    folders: ['docker/4f1c', 'docker'],
  },
  "the machine's hierarchy beside that of the namespace": {
    member: ['0::/'],
    mounts: ['/../.. /sys/fs/cgroup/machine cgroup2', '/ /sys/fs/cgroup/own cgroup2'],
    folders: ['own'],
  },
  'a process outside of its namespace, seen from where the machine is mounted': {
    member: ['0::/../../beside/x'],
    mounts: ['/ /sys/fs/cgroup/own cgroup2', '/../.. /sys/fs/cgroup/machine cgroup2'],
    folders: ['machine/beside/x', 'machine/beside', 'machine'],
  },
  'a mount over another one': {
    member: ['0::/a'],
    mounts: ['/ /sys/fs/cgroup cgroup2', '/a /sys/fs/cgroup cgroup2'],
    folders: [''],
  },
};

test.for(Object.entries(CASES))('%s', ([, { member, mounts, folders }]) => {
  using tree = new CgroupTree(member, mounts);
  const expected = folders.map((folder) => join(tree.rootFolder, 'sys/fs/cgroup', folder));
  tree.write(join('sys/fs/cgroup', folders[0] ?? '', 'cgroup.procs'), '');
  expect(findOwnCgroups(tree.rootFolder).memory?.folders).toEqual(expected);
});

const NOWHERE: Record<string, { member: string[]; mounts: string[] }> = {
  'the hierarchy is not mounted': { member: ['0::/a'], mounts: [] },
  'only another controller is mounted': {
    member: ['4:memory:/a'],
    mounts: ['/ /sys/fs/cgroup/a cgroup cpu'],
  },
  'the mount shows another part': { member: ['0::/a/b'], mounts: ['/a/c /sys/fs/cgroup cgroup2'] },
  'the process is outside of its namespace': { member: ['0::/../x'], mounts: ['/ /sys/fs/cgroup cgroup2'] },
  'the cgroup was removed': { member: ['0::/gone (deleted)'], mounts: ['/ /sys/fs/cgroup cgroup2'] },
};

test.for(Object.entries(NOWHERE))('no cgroup is taken for the own one when %s', ([, { member, mounts }]) => {
  using tree = new CgroupTree(member, mounts);
  tree.v2('sys/fs/cgroup');
  tree.v2('sys/fs/cgroup/a');
  tree.v2('sys/fs/cgroup/a/b');
  tree.v2('sys/fs/x');
  expect(findOwnCgroups(tree.rootFolder).memory).toBeUndefined();
});
