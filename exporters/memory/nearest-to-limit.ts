/** One cgroup on the way from the process's own outwards. Bytes; undefined where it cannot be told. */
export interface MemoryLevel {
  readonly workingSetBytes: number | undefined;
  /** Infinity where there is none. */
  readonly limitBytes: number | undefined;
}

/**
 * The level that is nearest to its limit, the innermost of equals: there the kernel will reclaim, and kill,
 * first. Without any limit it is the own cgroup, the first of them.
 *
 * Usage and limit come from one level, since only then their ratio means something: with 600 MiB used of
 * an own limit of 1 GiB inside a slice that has used 1.9 of its 2 GiB, the process is at 95%, not at 60%.
 * The smallest limit would not do: the widest cgroup is the one that neighbours fill. Where one level has
 * a limit, which is the rule (a container sees its own cgroup only), the choice never changes; where two
 * take turns both numbers change in the same scrape and their ratio stays continuous.
 */
export function nearestToLimit(levels: readonly MemoryLevel[]): MemoryLevel | undefined {
  let nearest = levels[0];
  let highestUse = nearest ? useOf(nearest) : 0;
  for (const level of levels.slice(1)) {
    const use = useOf(level);
    if (use <= highestUse) continue;
    nearest = level;
    highestUse = use;
  }
  return nearest;
}

/** Share of the limit that is used; below 0 where it cannot be told, so that any other level is nearer. */
function useOf({ workingSetBytes, limitBytes }: MemoryLevel): number {
  if (workingSetBytes === undefined || limitBytes === undefined || limitBytes === Infinity) return -1;
  return limitBytes === 0 ? Infinity : workingSetBytes / limitBytes;
}
