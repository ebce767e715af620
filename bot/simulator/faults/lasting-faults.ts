/** One shard, some shards, or all of them. */
export type ShardTarget = number | readonly number[] | 'all';

export const LASTING_FAULTS = [
  'slowAck',
  'noAck',
  'deaf',
  'ignoreCloseFrame',
  'unansweredIdentify',
  'unansweredRequest',
  'unansweredResume',
] as const;
export type LastingFaultKind = (typeof LASTING_FAULTS)[number];

export interface LastingFault {
  readonly kind: LastingFaultKind;
  readonly target: ShardTarget;
  /** Of slowAck. */
  readonly delayMs: number;
  /** How often it still strikes; Infinity until it is cleared. */
  remaining: number;
}

/** Whether the target names the shard; a connection that has not said its shard is in `all` only. */
export function targets(target: ShardTarget, shardId: number | undefined): boolean {
  if (target === 'all') return true;
  if (shardId === undefined) return false;
  return typeof target === 'number' ? target === shardId : target.includes(shardId);
}

/** Faults that hold until they are cleared or have struck often enough. */
export class LastingFaults {
  #faults: LastingFault[] = [];

  set(fault: LastingFault): void {
    this.#faults.push(fault);
  }

  has(kind: LastingFaultKind, shardId: number | undefined): boolean {
    return this.#faults.length > 0 && this.#find(kind, shardId) !== undefined;
  }

  /** The fault that strikes now, counted. */
  take(kind: LastingFaultKind, shardId: number | undefined): LastingFault | undefined {
    if (this.#faults.length === 0) return undefined;
    const fault = this.#find(kind, shardId);
    if (!fault) return undefined;
    fault.remaining -= 1;
    if (fault.remaining <= 0) this.#faults = this.#faults.filter((other) => other !== fault);
    return fault;
  }

  /** Without a kind: all of them. */
  clear(kind?: LastingFaultKind): void {
    this.#faults = kind ? this.#faults.filter((fault) => fault.kind !== kind) : [];
  }

  list(): readonly LastingFault[] {
    return this.#faults;
  }

  #find(kind: LastingFaultKind, shardId: number | undefined): LastingFault | undefined {
    return this.#faults.find((fault) => fault.kind === kind && targets(fault.target, shardId));
  }
}
