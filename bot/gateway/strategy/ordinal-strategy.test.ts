import { expect, test } from 'vitest';

import { ordinalShards } from './ordinal-strategy.ts';

test('one process has all shards', () => {
  expect(ordinalShards(0, 'all', 4)).toEqual([0, 1, 2, 3]);
});

test('each ordinal has its own range, the last one what is left', () => {
  expect([0, 1, 2].map((ordinal) => ordinalShards(ordinal, 4, 10))).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
});

test('an ordinal beyond the count is refused with the highest one allowed', () => {
  expect(() => ordinalShards(3, 4, 10)).toThrow(/expected SHARD_ID below 3 .*got 3/);
});
