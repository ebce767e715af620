import { expect, test } from 'vitest';

import { ContiguousSet } from './contiguous-set.ts';

test('the floor follows numbers that arrive in order', () => {
  const set = new ContiguousSet(5);
  expect([set.add(6), set.add(7)]).toEqual([true, true]);
  expect([set.floor, set.highest, set.missing]).toEqual([7, 7, 0]);
});

test('the floor waits for a missing number and then closes up', () => {
  const set = new ContiguousSet(0);
  for (const value of [2, 3, 5]) set.add(value);
  expect([set.floor, set.highest, set.missing]).toEqual([0, 5, 2]);
  set.add(1);
  expect(set.floor).toBe(3);
  set.add(4);
  expect([set.floor, set.missing]).toEqual([5, 0]);
});

test('a number counts once, below and above the floor', () => {
  const set = new ContiguousSet(3);
  expect([set.add(2), set.add(3), set.add(5), set.add(5)]).toEqual([false, false, true, false]);
});

test('closing the first gap leaves later gaps open', () => {
  const set = new ContiguousSet(0);
  for (const value of [3, 4, 7]) set.add(value);
  expect(set.closeFirstGap()).toBe(2);
  expect([set.floor, set.missing]).toEqual([4, 2]);
  expect(set.closeFirstGap()).toBe(2);
  expect(set.floor).toBe(7);
  expect(set.closeFirstGap()).toBe(0);
});
