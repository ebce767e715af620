import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { Holdings } from './holdings.ts';
import type { LeaseReading } from './lease-metrics.ts';
import type { LeaseStore, LeaseView } from './lease-store.ts';
import type { LeaseTimes } from './lease-times.ts';
import { Membership } from './membership.ts';
import { decideMoves, type Moves } from './moves.ts';
import { ShardCountGate } from './shard-count-gate.ts';
import type { ShardOwner, ShardStrategy } from './shard-strategy.ts';
import { Sightings } from './sightings.ts';

export interface LeaseStrategyParts {
  readonly store: LeaseStore;
  readonly times: LeaseTimes;
  readonly shardCount: number;
  /** How many shards this process takes at most. */
  readonly capacity: number;
  /** Another one at each call. */
  readonly newOwner: () => string;
  readonly log: Logger;
  /** Aborted when the process is to stop: nothing is claimed or given up from then on. */
  readonly stopping: AbortSignal;
  /** Others run the bot with another count, and this process stands by. */
  readonly onOtherCount: (count: number | undefined) => void;
}

/** So much more often a process looks that has less than its share. */
const HUNGRY_FACTOR = 5;
/** The rest of the stop deadline belongs to the shards. */
const STOP_MS = 2_500;

/**
 * Ownership by leases in a store: as even a spread over the live processes as there can be, hand-overs by
 * RESUME when processes come and go, and a take-over when one is silent for too long.
 *
 * The epoch that goes out with each event is for people and tools. Workers do not drop an event for its lower
 * epoch: what is in the stream was stored while its owner held the lease, may be read long after the hand-over,
 * and would be lost. That no two owners publish at the same time is seen to here and at the publish path, and
 * what both have received of one session carries one message id and is stored once.
 */
export class LeaseStrategy implements ShardStrategy {
  readonly #parts: LeaseStrategyParts;
  readonly #membership: Membership;
  readonly #holdings: Holdings;
  readonly #sightings: Sightings;
  readonly #count: ShardCountGate;
  #owner: ShardOwner | undefined;
  #loops: Promise<unknown> = Promise.resolve();
  #moves: Moves | undefined;
  /** It has had what is its share once: from then on what it has is enough to be ready. */
  #settled = false;
  #gateways = 0;
  #failures = 0;

  constructor(parts: LeaseStrategyParts) {
    const { store, times, shardCount, capacity, newOwner, log, stopping } = parts;
    this.#parts = parts;
    this.#sightings = new Sightings(times.beatMs);
    this.#count = new ShardCountGate(store, shardCount, log);
    this.#membership = new Membership({
      store,
      times,
      record: { shardCount, capacity, staleMs: times.staleMs },
      newOwner,
      onFence: (reason) => this.#holdings.fenceAll(reason),
      onFailure: () => {
        this.#failures += 1;
      },
      log,
    });
    this.#holdings = new Holdings({ store, lease: this.#membership, log, stopping });
  }

  get expected(): number {
    return this.#holdings.size;
  }

  get problem(): string | undefined {
    if (!this.#membership.valid) return `no lease: ${this.#parts.store.place} has not answered in time`;
    if (this.#settled || this.#count.waiting) return undefined;
    const share = this.#moves?.share;
    return share === undefined
      ? 'looking for free shards'
      : `has ${this.#holdings.size} of its ${share} shards`;
  }

  get reading(): LeaseReading {
    return {
      epochs: new Map(this.#holdings.list().map(({ shardId, epoch }) => [shardId, epoch])),
      secondsLeft: this.#membership.secondsLeft,
      lost: this.#holdings.lost,
      failures: this.#failures,
      gateways: this.#gateways,
    };
  }

  async start(owner: ShardOwner): Promise<void> {
    const { stopping } = this.#parts;
    this.#owner = owner;
    this.#holdings.serveWith(owner);
    this.#loops = Promise.all([this.#membership.run(stopping), this.#spread(stopping)]);
  }

  /** Others can take the shards at once, where the store answers; else after `staleMs`. */
  async stop(): Promise<void> {
    const done = new AbortController();
    const late = sleep(STOP_MS, true, { signal: done.signal }).catch(() => false);
    try {
      if (await Promise.race([this.#giveBack().then(() => false), late]))
        throw new Error('no answer in time');
    } catch (error) {
      this.#parts.log.warn({ reason: messageOf(error) }, 'leases not given back: others take over later');
    }
    done.abort();
  }

  async #giveBack(): Promise<void> {
    await this.#holdings.end();
    await this.#loops;
    await this.#membership.leave();
    await this.#parts.store.close();
  }

  /** Looks at the leases again and again, and does what is to be done. */
  async #spread(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let again = false;
      try {
        again = await this.#round();
      } catch (error) {
        this.#failures += 1;
        this.#parts.log.debug({ reason: messageOf(error) }, 'could not look at the leases');
      }
      if (!again) await sleep(this.#pollMs(), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Jittered, so that processes do not come in step; short while others hand shards over to this one. */
  #pollMs(): number {
    const { pollMs } = this.#parts.times;
    const hungry = this.#moves !== undefined && this.#holdings.size < this.#moves.share;
    return (hungry ? pollMs / HUNGRY_FACTOR : pollMs) * (0.75 + 0.5 * Math.random());
  }

  /** Returns true where something changed that is worth another look at once. */
  async #round(): Promise<boolean> {
    const { store, stopping } = this.#parts;
    if (this.#membership.owner === undefined) return false;
    const view = await store.view();
    const nowMs = performance.now();
    this.#sightings.look(view.members, nowMs);
    const me = this.#membership.owner;
    if (me === undefined || stopping.aborted) return false;
    this.#holdings.fenceTaken(view, me);
    if (await this.#evictSilent(view, me, nowMs)) return true;
    if (!(await this.#count.open(view, me))) {
      this.#holdings.fenceAll('the bot runs with another shard count now');
      await this.#releaseStray(view, me);
      if (this.#count.waiting) this.#parts.onOtherCount(view.shardCount);
      return false;
    }
    const moves = this.#decide(view, me);
    for (const shardId of moves.giveUp) this.#holdings.handOver(shardId, me);
    await this.#claim(me, moves);
    await this.#releaseStray(view, me);
    return false;
  }

  #decide(view: LeaseView, me: string): Moves {
    const held = this.#holdings.list();
    const moves = decideMoves({
      me,
      shardCount: this.#parts.shardCount,
      view,
      held: held.filter(({ leaving }) => !leaving).map(({ shardId }) => shardId),
      leaving: new Set(held.filter(({ leaving }) => leaving).map(({ shardId }) => shardId)),
      movability: (shardId) => this.#owner?.movability(shardId) ?? 'busy',
    });
    this.#gateways = view.members.length;
    if (moves.homeless > 0 && moves.homeless !== this.#moves?.homeless)
      this.#parts.log.error({ shards: moves.homeless }, 'no gateway has room for these shards: start more');
    this.#moves = moves;
    if (held.length >= moves.share) this.#settled = true;
    return moves;
  }

  async #claim(me: string, { claims }: Moves): Promise<void> {
    if (claims.length === 0) return;
    const { store, stopping } = this.#parts;
    const won = await store.claim(me, claims);
    // Between looking and claiming the bot may have gone over to another count.
    const agreed = this.#count.agrees(await store.view());
    if (this.#membership.owner !== me || stopping.aborted || !agreed) return;
    this.#holdings.add(won);
  }

  /** Leases with our name that nobody here acts on: of a fence, or of a request that was answered too late. */
  async #releaseStray({ leases }: LeaseView, me: string): Promise<void> {
    const stray = [...leases.values()].filter(
      ({ shardId, owner }) => owner === me && !this.#holdings.has(shardId),
    );
    if (stray.length > 0) await this.#parts.store.release(me, stray);
  }

  async #evictSilent({ members }: LeaseView, me: string, nowMs: number): Promise<boolean> {
    let evicted = false;
    for (const member of this.#sightings.stale(members, nowMs)) {
      if (member.owner === me || !(await this.#parts.store.evict(member))) continue;
      this.#parts.log.warn({ owner: member.owner }, 'a gateway is silent: its shards are taken over');
      evicted = true;
    }
    return evicted;
  }
}
