import { expect, test } from 'vitest';

import { fairShares, type Sharer } from './fair-shares.ts';

function shares(sharers: readonly (readonly [holds: number, capacity?: number])[], count: number): number[] {
  const all = sharers.map(([holds, capacity = Infinity], index): Sharer => ({
    owner: `p${index}`,
    holds,
    capacity,
  }));
  const result = fairShares(all, count);
  return all.map(({ owner }) => result.get(owner) ?? NaN);
}

test('processes share evenly, and what does not divide stays where it is', () => {
  expect(shares([[0]], 8)).toEqual([8]);
  expect(shares([[8], [0]], 8)).toEqual([4, 4]);
  expect(shares([[4], [4], [0]], 8)).toEqual([3, 3, 2]);
  expect(shares([[0], [4], [4]], 8)).toEqual([2, 3, 3]);
  expect(shares([[4], [3], [3], [0]], 10)).toEqual([3, 3, 2, 2]);
});

test('more processes than shards leave some without', () => {
  expect(shares([[0], [1], [1], [0]], 2)).toEqual([0, 1, 1, 0]);
});

test('nobody gets more than it takes, and the others take the rest', () => {
  expect(shares([[0, 2], [0], [0]], 8)).toEqual([2, 3, 3]);
  expect(
    shares(
      [
        [0, 2],
        [0, 3],
      ],
      8,
    ),
  ).toEqual([2, 3]);
  expect(shares([[0, 0], [0]], 3)).toEqual([0, 3]);
  expect(shares([], 3)).toEqual([]);
});

test('in every fleet shares differ by one at most, add up, and stay once they are reached', () => {
  for (let count = 1; count <= 40; count += 1) {
    for (let processes = 1; processes <= 12; processes += 1) {
      let holds = Array.from({ length: processes }, (_, index) => (index * 7 + count) % 5);
      const first = shares(
        holds.map((one) => [one]),
        count,
      );
      expect(first.reduce((sum, one) => sum + one, 0)).toBe(count);
      expect(Math.max(...first) - Math.min(...first)).toBeLessThanOrEqual(1);
      holds = first;
      expect(
        shares(
          holds.map((one) => [one]),
          count,
        ),
      ).toEqual(first);
    }
  }
});
