import { expect, test } from 'vitest';

import type { Lease, Member } from './lease-store.ts';
import { decideMoves, type MovesInput } from './moves.ts';
import type { Movability } from './shard-strategy.ts';

function member(owner: string, capacity = 100, shardCount = 8): Member {
  return { owner, beat: '1', shardCount, capacity, staleMs: 30_000 };
}

/** `owners[shard]` has the shard. */
function input(
  members: readonly Member[],
  owners: readonly (string | undefined)[],
  more: Partial<MovesInput> = {},
) {
  const leases = owners.map((owner, shardId): Lease => ({ shardId, owner, epoch: 1, version: 1 }));
  return {
    me: 'a',
    shardCount: 8,
    view: { shardCount: 8, members, leases: new Map(leases.map((lease) => [lease.shardId, lease])) },
    held: owners.flatMap((owner, shardId) => (owner === 'a' ? [shardId] : [])),
    leaving: new Set<number>(),
    movability: (): Movability => 'serving',
    ...more,
  };
}

function claimed(moves: ReturnType<typeof decideMoves>): number[] {
  return moves.claims.map(({ shardId }) => shardId);
}

const [a, b, c] = [member('a'), member('b'), member('c')];
const FREE = undefined;

test('the first process takes all', () => {
  expect(claimed(decideMoves(input([a], [])))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('processes that start together reach for different shards', () => {
  const ofA = claimed(decideMoves(input([a, b], [])));
  const ofB = claimed(decideMoves(input([a, b], [], { me: 'b' })));
  expect([...ofA, ...ofB].toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a newcomer gets its share from those who have more, and takes none that is held', () => {
  const owners = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'];
  expect(decideMoves(input([a, b, c], owners))).toMatchObject({ share: 3, claims: [], giveUp: [3] });
  expect(decideMoves(input([a, b, c], owners, { me: 'c', held: [] }))).toMatchObject({
    share: 2,
    claims: [],
  });
});

test('what is free serves others first, and what is on its way already is not given up twice', () => {
  const owners = ['a', 'a', 'a', 'a', 'b', FREE, FREE, FREE];
  expect(decideMoves(input([a, b, c], owners)).giveUp).toEqual([3]);
  const leaving = { held: [0, 1, 2, 3, 4], leaving: new Set([5, 6, 7]) };
  const allMine = Array.from({ length: 8 }, () => 'a');
  expect(decideMoves(input([a, b], allMine, leaving)).giveUp).toEqual([4]);
});

test('nothing is given up while nobody can take it', () => {
  const allMine = Array.from({ length: 8 }, () => 'a');
  expect(decideMoves(input([a, member('b', 0)], allMine)).giveUp).toEqual([]);
});

test('the shards of a dead process are free; those of a living one are not, whatever its count', () => {
  const owners = ['a', 'a', 'dead', 'dead', 'b', 'b', 'b', 'b'];
  expect(claimed(decideMoves(input([a, b], owners)))).toEqual([2, 3]);
  const other = member('b', 100, 16);
  expect(claimed(decideMoves(input([a, other], owners)))).toEqual([2, 3]);
});

test('shards that bear our name and that we let go of are claimed anew', () => {
  const allMine = Array.from({ length: 8 }, () => 'a');
  expect(claimed(decideMoves(input([a], allMine, { held: [] })))).toHaveLength(8);
  expect(claimed(decideMoves(input([a], allMine, { held: [0, 1], leaving: new Set([2]) })))).not.toContain(2);
});

test('first go shards that have not begun, never those between IDENTIFY and READY', () => {
  const allMine = Array.from({ length: 8 }, () => 'a');
  const kinds: Movability[] = ['serving', 'idle', 'busy', 'busy', 'busy', 'busy', 'idle', 'serving'];
  const movability = (shardId: number) => kinds[shardId] ?? 'busy';
  expect(decideMoves(input([a, b], allMine, { movability })).giveUp).toEqual([6, 1, 7, 0]);
  const busy = (): Movability => 'busy';
  expect(decideMoves(input([a, b], allMine, { movability: busy })).giveUp).toEqual([]);
});

test('shards that nobody has room for are told', () => {
  expect(decideMoves(input([member('a', 2), member('b', 3)], [])).homeless).toBe(3);
});
