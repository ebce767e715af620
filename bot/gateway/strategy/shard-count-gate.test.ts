import { expect, test } from 'vitest';

import type { Lease, Member } from './lease-store.ts';
import { decideCount } from './shard-count-gate.ts';

function member(owner: string, shardCount: number): Member {
  return { owner, beat: '1', shardCount, capacity: 100, staleMs: 30_000 };
}

function view(shardCount: number | undefined, ...owners: readonly string[]) {
  const leases = owners.map((owner, shardId): Lease => ({ shardId, owner, epoch: 1, version: 1 }));
  return { shardCount, leases: new Map(leases.map((lease) => [lease.shardId, lease])) };
}

test('the first process decides the count, and those that agree go on', () => {
  expect(decideCount(view(undefined), [], 8)).toBe('change');
  expect(decideCount(view(8), [], 8)).toBe('go');
  expect(decideCount(view(8, 'a'), [member('a', 8)], 8)).toBe('go');
});

test('another count waits until the last process with the old one is gone', () => {
  expect(decideCount(view(8, 'a'), [member('a', 8)], 16)).toBe('wait');
  // One that has joined may claim at any moment.
  expect(decideCount(view(8), [member('a', 8)], 16)).toBe('wait');
  expect(decideCount(view(8, 'gone'), [], 16)).toBe('change');
  expect(decideCount(view(8), [member('b', 16)], 16)).toBe('change');
});

test('who stands by holds nobody up, and who still holds shards does', () => {
  expect(decideCount(view(8, 'a'), [member('a', 8), member('b', 16)], 8)).toBe('go');
  expect(decideCount(view(16, 'late'), [member('late', 8)], 16)).toBe('wait');
});
