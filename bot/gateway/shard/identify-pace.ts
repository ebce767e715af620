import { identifyPauseMs, PROVEN_MS, type ShardTrouble } from './reconnect-policy.ts';

/**
 * Keeps one shard from spending the daily session starts of the whole bot where identifying does not
 * help: its IDENTIFYs come further and further apart until a session has proved itself. That its
 * first events come is no proof: the guilds do even where nothing follows them.
 */
export class IdentifyPace {
  #inVain = 0;
  #identifiedAtMs = -Infinity;

  /** IDENTIFYs since the last session that proved itself. */
  get inVain(): number {
    return this.#inVain;
  }

  onIdentify(nowMs: number): void {
    this.#inVain += 1;
    this.#identifiedAtMs = nowMs;
  }

  /** An event came through. */
  onEvent(nowMs: number): void {
    if (this.#inVain > 0 && nowMs - this.#identifiedAtMs >= PROVEN_MS) this.#inVain = 0;
  }

  /** Milliseconds until the next IDENTIFY may be sent. */
  waitMs(nowMs: number, trouble: ShardTrouble): number {
    return Math.round(Math.max(0, this.#identifiedAtMs + identifyPauseMs(this.#inVain, trouble) - nowMs));
  }
}
