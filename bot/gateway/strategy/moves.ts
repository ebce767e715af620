import { fairShares } from './fair-shares.ts';
import type { Claim, LeaseView, Member } from './lease-store.ts';
import type { Movability } from './shard-strategy.ts';

export interface MovesInput {
  readonly me: string;
  readonly shardCount: number;
  readonly view: LeaseView;
  /** Shards that this process has and keeps, those it is giving up already left out. */
  readonly held: readonly number[];
  /** Those it is giving up: still its own in the store. */
  readonly leaving: ReadonlySet<number>;
  readonly movability: (shardId: number) => Movability;
}

export interface Moves {
  /** How many shards this process should have. */
  readonly share: number;
  readonly claims: readonly Claim[];
  readonly giveUp: readonly number[];
  /** Shards that no process has room for. */
  readonly homeless: number;
}

/** What this process should do, given what it sees; every process decides for itself in the same way. */
export function decideMoves(input: MovesInput): Moves {
  const { me, shardCount, view, held, leaving } = input;
  const members = view.members.filter((member) => member.shardCount === shardCount);
  const counts = countHoldings(view, members, shardCount);
  counts.set(me, held.length);
  const sharers = members.map(({ owner, capacity }) => ({ owner, capacity, holds: counts.get(owner) ?? 0 }));
  const shares = fairShares(sharers, shardCount);
  const share = shares.get(me) ?? 0;
  const mine = new Set([...held, ...leaving]);
  const free = freeShards(view, shardCount, me, mine);
  const wanted = sharers.map(({ owner, holds }) => ({
    owner,
    wants: Math.max(0, (shares.get(owner) ?? 0) - holds),
  }));
  const othersWant = wanted.filter(({ owner }) => owner !== me).reduce((sum, { wants }) => sum + wants, 0);
  // What is free, or is being given up already, serves them first.
  const missing = Math.max(0, othersWant - free.length - leaving.size);
  const surplus = Math.max(0, held.length - share);
  return {
    share,
    claims: ownSlice(wanted, me, free),
    giveUp: cheapest(held, input.movability).slice(0, Math.min(surplus, missing)),
    homeless: shardCount - [...shares.values()].reduce((sum, one) => sum + one, 0),
  };
}

function countHoldings(view: LeaseView, members: readonly Member[], shardCount: number): Map<string, number> {
  const counts = new Map(members.map(({ owner }) => [owner, 0]));
  for (const { shardId, owner } of view.leases.values()) {
    const count = owner === undefined || shardId >= shardCount ? undefined : counts.get(owner);
    if (owner !== undefined && count !== undefined) counts.set(owner, count + 1);
  }
  return counts;
}

/** Without an owner, with a dead one, or named as ours though we let go of it: after a fence. */
function freeShards(view: LeaseView, shardCount: number, me: string, mine: ReadonlySet<number>): Claim[] {
  const alive = new Set(view.members.map(({ owner }) => owner));
  const free: Claim[] = [];
  for (let shardId = 0; shardId < shardCount; shardId += 1) {
    const lease = view.leases.get(shardId);
    const taken = lease?.owner !== undefined && lease.owner !== me && alive.has(lease.owner);
    if (!taken && !mine.has(shardId)) free.push({ shardId, lease });
  }
  return free;
}

/** Each of those who want some takes another part, so that they do not reach for the same ones. */
function ownSlice(
  wanted: readonly { readonly owner: string; readonly wants: number }[],
  me: string,
  free: readonly Claim[],
): Claim[] {
  let from = 0;
  for (const { owner, wants } of wanted.toSorted((a, b) => (a.owner < b.owner ? -1 : 1))) {
    if (owner === me) return free.slice(from, from + wants);
    from += wants;
  }
  return [];
}

/** First those that have not begun; those in the middle of an IDENTIFY not at all. */
function cheapest(held: readonly number[], movability: MovesInput['movability']): number[] {
  const by = Map.groupBy(held, movability);
  const highestFirst = (ids: readonly number[] = []) => ids.toSorted((a, b) => b - a);
  return [...highestFirst(by.get('idle')), ...highestFirst(by.get('serving'))];
}
