export interface Sharer {
  readonly owner: string;
  readonly capacity: number;
  /** How many shards it has now. */
  readonly holds: number;
}

/**
 * How many shards each process should have: as even as their capacities allow. What does not divide goes to
 * those who have most already, so that nothing moves without a gain.
 */
export function fairShares(sharers: readonly Sharer[], shardCount: number): Map<string, number> {
  const ordered = sharers.toSorted((a, b) => b.holds - a.holds || (a.owner < b.owner ? -1 : 1));
  const shares = new Map(ordered.map(({ owner }) => [owner, 0]));
  let left = shardCount;
  let open = ordered.filter(({ capacity }) => capacity > 0);
  while (left > 0 && open.length > 0) {
    const step = Math.max(1, Math.floor(left / open.length));
    for (const { owner, capacity } of open) {
      const share = shares.get(owner) ?? 0;
      const more = Math.min(step, capacity - share, left);
      shares.set(owner, share + more);
      left -= more;
    }
    open = open.filter(({ owner, capacity }) => (shares.get(owner) ?? 0) < capacity);
  }
  return shares;
}
