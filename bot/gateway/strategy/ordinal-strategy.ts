import { CodedError, EXIT_MISCONFIGURED } from '../../../runtime/errors.ts';
import type { ShardOwner, ShardStrategy } from './shard-strategy.ts';

/**
 * The shards of process number `ordinal` when each process has `perProcess` of `count`.
 * @throws {CodedError} SHARD_OUT_OF_RANGE when there are none left for it
 */
export function ordinalShards(ordinal: number, perProcess: number | 'all', count: number): number[] {
  const size = perProcess === 'all' ? count : perProcess;
  const first = ordinal * size;
  if (first >= count) {
    throw new CodedError('SHARD_OUT_OF_RANGE', 'SHARD_ID is beyond the shard count', {
      expected: `SHARD_ID below ${Math.ceil(count / size)} (SHARD_COUNT ${count}, SHARDS_PER_PROCESS ${perProcess})`,
      got: String(ordinal),
      exitCode: EXIT_MISCONFIGURED,
    });
  }
  return Array.from({ length: Math.min(size, count - first) }, (_, index) => first + index);
}

/** Ownership by position: the orchestrator runs each ordinal at most once. */
export class OrdinalStrategy implements ShardStrategy {
  readonly #shardIds: readonly number[];

  constructor(shardIds: readonly number[]) {
    this.#shardIds = shardIds;
  }

  get expected(): number {
    return this.#shardIds.length;
  }

  get problem(): undefined {
    return undefined;
  }

  async start(owner: ShardOwner): Promise<void> {
    await owner.acquire(this.#shardIds.map((id) => ({ id, epoch: undefined, held: always })));
  }

  async stop(): Promise<void> {
    // Nothing is held.
  }
}

function always(): boolean {
  return true;
}
