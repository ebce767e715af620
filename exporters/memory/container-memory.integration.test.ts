import { release } from 'node:os';

import { expect, test, type TestContext } from 'vitest';

import { makeBigFile } from './testing/big-file.ts';
import { kernelFigures, kernelPressure } from './testing/kernel-figures.ts';
import { Subject } from './testing/subject.ts';
import { findPlace, TestCgroup, type Place } from './testing/test-cgroup.ts';

const MIB = 1024 * 1024;
/** What Node.js takes by itself, and gives back, between two looks. */
const SLACK_BYTES = 8 * MIB;
/** Between two looks at an idle process; version 1 counts in batches of 256 KiB for each CPU. */
const IDLE_SLACK_BYTES = 2 * MIB;

const place = await findPlace();
if (typeof place !== 'string') {
  console.log(`container memory: cgroups version ${place.version} of Linux ${release()}, in ${place.folder}`);
}

test('working set, limit and OOM kills are what the kubelet and the kernel say', async (context) => {
  const here = placeOrSkip(context);
  await using cgroup = new TestCgroup(here, 'limited');
  cgroup.limitTo(128 * MIB);
  await using subject = await Subject.start(cgroup);
  await subject.hold(64 * MIB);
  const series = await subject.scrape();
  const kernel = kernelFigures(here.version, cgroup.folder);
  expect(kernel.limit).toBe(128 * MIB);
  expect(series['limit_bytes']).toBe(kernel.limit);
  expectNear(series['working_set_bytes'], kernel.workingSet, IDLE_SLACK_BYTES);
  expectNear(series['working_set_bytes'], 64 * MIB, SLACK_BYTES);
  expect(series['oom_kills_total']).toBe(0);
});

test('a file that fills the page cache up to the limit does not raise the working set', async (context) => {
  const here = placeOrSkip(context);
  using file = makeBigFile(160 * MIB);
  if (!file) skip(context, 'there is no folder on a disk here');
  await using cgroup = new TestCgroup(here, 'cache');
  cgroup.limitTo(192 * MIB);
  await using subject = await Subject.start(cgroup);
  await subject.hold(64 * MIB);
  const before = await subject.scrape();
  await subject.readFile(file.path);
  const after = await subject.scrape();
  const kernel = kernelFigures(here.version, cgroup.folder);
  console.log(
    `64 MiB held, 160 MiB read, limit 192 MiB: usage ${mib(kernel.usage)} MiB, working set of the kubelet ` +
      `${mib(kernel.workingSet)}, ours ${mib(after['working_set_bytes'])}`,
  );
  expect(kernel.usage).toBeGreaterThan(0.95 * 192 * MIB);
  expectNear(after['working_set_bytes'], kernel.workingSet, IDLE_SLACK_BYTES);
  expectNear(after['working_set_bytes'], before['working_set_bytes'], SLACK_BYTES);
});

test('without a limit there is a working set and no limit', async (context) => {
  const here = placeOrSkip(context);
  await using cgroup = new TestCgroup(here, 'free');
  await using subject = await Subject.start(cgroup);
  await subject.hold(32 * MIB);
  const series = await subject.scrape();
  const kernel = kernelFigures(here.version, cgroup.folder);
  expectNear(series['working_set_bytes'], kernel.workingSet, IDLE_SLACK_BYTES);
  expect(series['limit_bytes']).toBeUndefined();
});

test('an OOM kill is counted by the process that survives it', async (context) => {
  const here = placeOrSkip(context);
  await using cgroup = new TestCgroup(here, 'oom');
  cgroup.limitTo(128 * MIB);
  await using survivor = await Subject.start(cgroup);
  expect((await survivor.scrape())['oom_kills_total']).toBe(0);
  await using victim = await Subject.start(cgroup);
  expect(await victim.exhaust()).toBe('SIGKILL');
  expect((await survivor.scrape())['oom_kills_total']).toBe(1);
  expect(kernelFigures(here.version, cgroup.folder).oomKills).toBe(1);
});

test('usage and limit are those of the cgroup that is nearest to its limit', async (context) => {
  const here = placeOrSkip(context);
  await using outer = new TestCgroup(here, 'outer');
  outer.limitTo(256 * MIB);
  await using own = outer.inner('own');
  await using beside = outer.inner('beside');
  await using subject = await Subject.start(own);
  await using neighbour = await Subject.start(beside);
  const expectFiguresOf = async ({ folder }: TestCgroup) => {
    const series = await subject.scrape();
    const kernel = kernelFigures(here.version, folder);
    expect(series['limit_bytes']).toBe(kernel.limit);
    expectNear(series['working_set_bytes'], kernel.workingSet, IDLE_SLACK_BYTES);
  };

  await subject.hold(48 * MIB);
  await neighbour.hold(112 * MIB);
  await expectFiguresOf(outer);
  own.limitTo(64 * MIB);
  await expectFiguresOf(own);
  await neighbour.hold(64 * MIB);
  await expectFiguresOf(outer);
});

test('a cgroup without the memory controller is counted in the one around it', async (context) => {
  const here = placeOrSkip(context);
  if (here.version === 1) skip(context, 'version 1 has no cgroups without their controller');
  await using outer = new TestCgroup(here, 'counting');
  outer.limitTo(128 * MIB);
  await using own = outer.inner('not-counted', { counted: false });
  await using subject = await Subject.start(own);
  await subject.hold(32 * MIB);
  const series = await subject.scrape();
  expect(series['limit_bytes']).toBe(128 * MIB);
  expectNear(
    series['working_set_bytes'],
    kernelFigures(here.version, outer.folder).workingSet,
    IDLE_SLACK_BYTES,
  );
});

test('a process that is moved tells of its new cgroup at the next scrape', async (context) => {
  const here = placeOrSkip(context);
  await using first = new TestCgroup(here, 'first');
  first.limitTo(128 * MIB);
  await using second = new TestCgroup(here, 'second');
  second.limitTo(96 * MIB);
  await using subject = await Subject.start(first);
  expect((await subject.scrape())['limit_bytes']).toBe(128 * MIB);
  second.add(subject.pid);
  expect((await subject.scrape())['limit_bytes']).toBe(96 * MIB);
});

test('pressure is what the kernel says at that time', async (context) => {
  const here = placeOrSkip(context);
  await using cgroup = new TestCgroup(here, 'pressure');
  if (cgroup.unified === undefined) skip(context, 'there is no hierarchy of version 2 here');
  cgroup.limitTo(64 * MIB);
  await using subject = await Subject.start(cgroup);
  using file = makeBigFile(128 * MIB);
  if (file) await subject.readFile(file.path);
  const before = kernelPressure(cgroup.unified);
  const series = await subject.scrape();
  const after = kernelPressure(cgroup.unified);
  console.log(`pressure of the cgroup, µs: ${before.join(' and ')}`);
  for (const [index, kind] of ['some', 'full'].entries()) {
    const microseconds = Math.round((series[`pressure_seconds_total{kind="${kind}"}`] ?? NaN) * 1e6);
    expect(microseconds).toBeGreaterThanOrEqual(before[index] ?? NaN);
    expect(microseconds).toBeLessThanOrEqual(after[index] ?? NaN);
  }
});

function placeOrSkip(context: TestContext): Place {
  if (typeof place === 'string') skip(context, place);
  return place;
}

function skip(context: TestContext, reason: string): never {
  console.log(`skipped: ${context.task.name}: ${reason}`);
  return context.skip(reason);
}

function expectNear(actual: number | undefined, expected: number | undefined, slack: number): void {
  expect(actual).toBeGreaterThan((expected ?? NaN) - slack);
  expect(actual).toBeLessThan((expected ?? NaN) + slack);
}

function mib(bytes: number | undefined): string {
  return ((bytes ?? NaN) / MIB).toFixed(1);
}
