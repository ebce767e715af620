import type { Member } from './lease-store.ts';

interface Sighting {
  readonly beat: string;
  /** When this process first saw that beat, on its monotonic clock. */
  readonly sinceMs: number;
}

/**
 * For how long each member has shown no sign of life, as far as this process has seen itself. Time in which it
 * did not look (paused, or without the store) proves nothing about the others and does not count.
 */
export class Sightings {
  readonly #maxGapMs: number;
  #seen = new Map<string, Sighting>();
  #lookedAtMs = -Infinity;

  /** @param maxGapMs two looks further apart than this are a new beginning */
  constructor(maxGapMs: number) {
    this.#maxGapMs = maxGapMs;
  }

  look(members: readonly Member[], nowMs: number): void {
    const blind = nowMs - this.#lookedAtMs > this.#maxGapMs;
    this.#lookedAtMs = nowMs;
    const before = this.#seen;
    this.#seen = new Map();
    for (const { owner, beat } of members) {
      const last = blind ? undefined : before.get(owner);
      this.#seen.set(owner, last?.beat === beat ? last : { beat, sinceMs: nowMs });
    }
  }

  /** Members that have been silent for as long as they may, and whose shards can be taken. */
  stale(members: readonly Member[], nowMs: number): Member[] {
    return members.filter(({ owner, beat, staleMs }) => {
      const seen = this.#seen.get(owner);
      return seen?.beat === beat && nowMs - seen.sinceMs >= staleMs;
    });
  }
}
