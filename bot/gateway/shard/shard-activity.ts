/** States of a shard as they are exported; exactly one at a time. */
export const SHARD_STATES = ['idle', 'connecting', 'identifying', 'resuming', 'ready', 'closed'] as const;
export type ShardState = (typeof SHARD_STATES)[number];

/** What one shard did and when: counters since the process started, times on the monotonic clock. */
export class ShardActivity {
  state: ShardState = 'idle';
  events = 0;
  sequenceGaps = 0;
  eventsLost = 0;
  sessionsLost = 0;
  identifies = 0;
  resumes = 0;
  readonly closes = new Map<string, number>();

  #lastDispatchAtMs: number | undefined;
  #latencyMs: number | undefined;
  #unansweredBeatAtMs: number | undefined;

  countClose(code: number | undefined): void {
    const label = code === undefined ? 'local' : String(code);
    this.closes.set(label, (this.closes.get(label) ?? 0) + 1);
  }

  /** READY or RESUMED: what is owed from the last connection no longer is. */
  onReady(nowMs: number): void {
    this.state = 'ready';
    this.#unansweredBeatAtMs = undefined;
    this.#lastDispatchAtMs ??= nowMs;
  }

  /** A dispatch that shows that events come through; READY and RESUMED do not. */
  onEvent(nowMs: number): void {
    this.#lastDispatchAtMs = nowMs;
  }

  onBeatSent(nowMs: number): void {
    this.#unansweredBeatAtMs ??= nowMs;
  }

  /** Returns the round trip in seconds; undefined for an answer to nothing. */
  onBeatAnswered(nowMs: number): number | undefined {
    if (this.#unansweredBeatAtMs === undefined) return undefined;
    this.#latencyMs = nowMs - this.#unansweredBeatAtMs;
    this.#unansweredBeatAtMs = undefined;
    return this.#latencyMs / 1_000;
  }

  get lastDispatchAtMs(): number | undefined {
    return this.#lastDispatchAtMs;
  }

  /**
   * Seconds: the last round trip, or the age of a beat that nobody has answered if that is longer.
   * Undefined before the first beat.
   */
  heartbeatLatencySeconds(nowMs: number): number | undefined {
    const ageMs = this.#unansweredBeatAtMs === undefined ? undefined : nowMs - this.#unansweredBeatAtMs;
    if (ageMs === undefined && this.#latencyMs === undefined) return undefined;
    return Math.max(ageMs ?? 0, this.#latencyMs ?? 0) / 1_000;
  }

  /** Seconds since the last dispatch; undefined before the shard was first ready. */
  eventGapSeconds(nowMs: number): number | undefined {
    return this.#lastDispatchAtMs === undefined ? undefined : (nowMs - this.#lastDispatchAtMs) / 1_000;
  }
}
