import { expect, test } from 'vitest';

import { nearestToLimit, type MemoryLevel } from './nearest-to-limit.ts';

function level(workingSetBytes: number | undefined, limitBytes: number | undefined): MemoryLevel {
  return { workingSetBytes, limitBytes };
}

test('the highest share of its limit wins, the innermost of equals', () => {
  const [own, slice, machine] = [level(60, 100), level(150, 200), level(300, 400)];
  expect(nearestToLimit([own, slice, machine])).toBe(slice);
  expect(nearestToLimit([level(80, 100), slice])).toEqual(level(80, 100));
});

test('without any limit it is the own cgroup', () => {
  expect(nearestToLimit([level(5, Infinity), level(50, Infinity)])).toEqual(level(5, Infinity));
  expect(nearestToLimit([])).toBeUndefined();
});

test('a level of which half is unknown is passed over for one that is known', () => {
  expect(nearestToLimit([level(undefined, 10), level(50, 100)])).toEqual(level(50, 100));
  expect(nearestToLimit([level(5, undefined), level(50, 100)])).toEqual(level(50, 100));
  expect(nearestToLimit([level(5, Infinity), level(undefined, 100)])).toEqual(level(5, Infinity));
});

test('a limit of 0 is reached by anything, also by nothing', () => {
  expect(nearestToLimit([level(99, 100), level(0, 0)])).toEqual(level(0, 0));
});
