import type { Logger } from '../../../runtime/log.ts';
import type { LeaseStore, LeaseView } from './lease-store.ts';

const WARNING_INTERVAL_MS = 60_000;

/**
 * All processes must split the bot into the same number of shards: the same guild would otherwise be on two of
 * them. A process that counts otherwise takes nothing until the last one with the old count is gone.
 */
export class ShardCountGate {
  readonly #store: Pick<LeaseStore, 'changeCount'>;
  readonly #shardCount: number;
  readonly #log: Logger;
  #waiting = false;
  #warnedAtMs = -Infinity;

  constructor(store: Pick<LeaseStore, 'changeCount'>, shardCount: number, log: Logger) {
    this.#store = store;
    this.#shardCount = shardCount;
    this.#log = log;
  }

  /** The bot runs with another count: this process stands by. */
  get waiting(): boolean {
    return this.#waiting;
  }

  agrees(view: LeaseView): boolean {
    return view.shardCount === this.#shardCount;
  }

  /** Whether this process may claim shards; takes the whole bot over to its count where nobody minds. */
  async open(view: LeaseView, me: string): Promise<boolean> {
    const others = view.members.filter(({ owner }) => owner !== me);
    const decision = decideCount(view, others, this.#shardCount);
    if (decision === 'change') await this.#store.changeCount(view.shardCount, this.#shardCount);
    this.#waiting = decision === 'wait';
    if (this.#waiting) this.#warn(view);
    return decision === 'go';
  }

  #warn({ shardCount: count, members }: LeaseView): void {
    const nowMs = performance.now();
    if (nowMs - this.#warnedAtMs < WARNING_INTERVAL_MS) return;
    this.#warnedAtMs = nowMs;
    const owners = members.filter(({ shardCount }) => shardCount !== this.#shardCount);
    this.#log.warn(
      { own: this.#shardCount, bot: count, gateways: owners.map(({ owner }) => owner) },
      'SHARD_COUNT differs from the gateways that run: standing by until the last of them is gone',
    );
  }
}

/**
 * @param others members beside this one
 * @returns wait while somebody lives with another count that holds shards, or with the count that the bot runs
 *   with
 */
export function decideCount(
  { shardCount, leases }: Pick<LeaseView, 'shardCount' | 'leases'>,
  others: LeaseView['members'],
  own: number,
): 'go' | 'change' | 'wait' {
  const differing = others.filter((member) => member.shardCount !== own);
  if (shardCount !== own)
    return differing.some((other) => other.shardCount === shardCount) ? 'wait' : 'change';
  const owners = new Set([...leases.values()].map(({ owner }) => owner));
  return differing.some(({ owner }) => owners.has(owner)) ? 'wait' : 'go';
}
