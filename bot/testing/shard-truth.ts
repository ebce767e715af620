import type { Ledger } from '../simulator/ledger/ledger.ts';
import type { DispatchEntry } from '../simulator/ledger/entries.ts';

/** Dispatches that come on connections which deliver nothing, too. */
const PROVE_NOTHING = new Set(['READY', 'RESUMED']);

interface Happening {
  readonly at: number;
  readonly connectionId: number;
  readonly what: 'beat' | 'ack' | 'ready' | 'end';
  /** Of an ack: when its beat came. */
  readonly beatAt: number;
}

/**
 * What the metrics of one shard should say at a moment, from nothing but what Discord itself saw:
 * seconds, moments in milliseconds since 1970.
 */
export class ShardTruth {
  readonly #ledger: Ledger;
  readonly #shardId: number;
  /** Beats that the simulator could not see, because its side of the connection was dead. */
  readonly unseenBeats: { at: number; connectionId: number }[] = [];

  constructor(ledger: Ledger, shardId: number) {
    this.#ledger = ledger;
    this.#shardId = shardId;
  }

  dispatches(): DispatchEntry[] {
    return [...this.#ledger.dispatches()].filter(({ shardId }) => shardId === this.#shardId);
  }

  /** Seconds since the last dispatch; undefined before the first. */
  gapAt(moments: readonly number[]): (number | undefined)[] {
    const sent = this.dispatches()
      .filter(({ type }) => !PROVE_NOTHING.has(type))
      .map(({ sentAt }) => sentAt)
      .filter((at) => at !== undefined)
      .toSorted((a, b) => a - b);
    return moments.map((moment) => {
      const last = sent.findLast((at) => at <= moment);
      return last === undefined ? undefined : (moment - last) / 1_000;
    });
  }

  /** Last round trip or, if longer, the time for which an answer is owed; undefined before the first beat. */
  latencyAt(moments: readonly number[]): (number | undefined)[] {
    const happenings = this.#happenings();
    return moments.map((moment) => latencyAt(happenings, moment));
  }

  /** The connections of this shard, oldest first. */
  connections(): number[] {
    const { identifies, resumes, closes } = this.#entries();
    const ids = [...identifies, ...resumes, ...closes].map(({ connectionId }) => connectionId);
    return [...new Set(ids)].toSorted((a, b) => a - b);
  }

  #entries() {
    const mine = ({ shardId }: { readonly shardId: number | undefined }) => shardId === this.#shardId;
    return {
      identifies: this.#ledger.identifies().filter(mine),
      resumes: this.#ledger.resumes().filter(mine),
      closes: this.#ledger.closes().filter(mine),
    };
  }

  #happenings(): Happening[] {
    const { identifies, resumes, closes } = this.#entries();
    const connections = new Set(this.connections());
    const beats = this.#ledger.heartbeats().filter(({ connectionId }) => connections.has(connectionId));
    const none = { beatAt: NaN };
    const all: Happening[] = [
      ...beats.map(({ at, connectionId }) => ({ at, connectionId, what: 'beat' as const, ...none })),
      ...this.unseenBeats.map((beat) => ({ ...beat, what: 'beat' as const, ...none })),
      ...beats
        .filter((beat) => beat.ackedAt !== undefined)
        .map(({ at, ackedAt = at, connectionId }) => ({
          at: ackedAt,
          connectionId,
          what: 'ack' as const,
          beatAt: at,
        })),
      ...identifies
        .filter(({ accepted }) => accepted)
        .map(({ at, connectionId }) => ({ at, connectionId, what: 'ready' as const, ...none })),
      ...resumes
        .filter(({ outcome }) => outcome === 'resumed')
        .map(({ at, connectionId }) => ({ at, connectionId, what: 'ready' as const, ...none })),
      ...closes.map(({ at, connectionId }) => ({ at, connectionId, what: 'end' as const, ...none })),
    ];
    return all.sort((a, b) => a.at - b.at);
  }
}

function latencyAt(happenings: readonly Happening[], moment: number): number | undefined {
  let roundTrip: number | undefined;
  let owedSince: number | undefined;
  let readyOn = 0;
  let open: Happening[] = [];
  for (const happening of happenings) {
    const { at, connectionId, what, beatAt } = happening;
    if (at > moment) break;
    // A connection that was left behind may end much later.
    if (connectionId < readyOn) continue;
    if (what === 'beat') open.push(happening);
    if (what === 'end') {
      owedSince ??= open.find((beat) => beat.connectionId === connectionId)?.at ?? at;
      open = open.filter((beat) => beat.connectionId !== connectionId);
    }
    if (what === 'ready') {
      readyOn = connectionId;
      open = open.filter((beat) => beat.connectionId === connectionId);
    }
    if (what === 'ack') {
      roundTrip = at - beatAt;
      open = open.filter((beat) => beat.connectionId !== connectionId || beat.at !== beatAt);
    }
    if (what === 'ready' || what === 'ack') owedSince = undefined;
  }
  const oldest = owedSince ?? open[0]?.at;
  if (oldest === undefined) return roundTrip === undefined ? undefined : roundTrip / 1_000;
  return Math.max(moment - oldest, roundTrip ?? 0) / 1_000;
}
