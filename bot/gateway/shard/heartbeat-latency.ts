/**
 * How long Discord takes to acknowledge a shard's heartbeats, and how long it has owed an answer. All
 * times are milliseconds on the monotonic clock.
 */
export class HeartbeatLatency {
  #roundTripMs: number | undefined;
  /** Beats of the present connection without an answer; acknowledgements come in the order of the beats. */
  #unanswered: number[] = [];
  #lastAnswerAtMs = -Infinity;
  /** From here on nobody could have answered: set by the end of a connection, until the next one answers. */
  #silentSinceMs: number | undefined;

  onSent(nowMs: number): void {
    // There was an answer after the newest open beat: those before it will not get their own any more.
    const newest = this.#unanswered.at(-1);
    if (newest !== undefined && this.#lastAnswerAtMs > newest) this.#unanswered = [];
    this.#unanswered.push(nowMs);
  }

  /** Returns the round trip in seconds; undefined for an answer to nothing. */
  onAnswered(nowMs: number): number | undefined {
    this.#lastAnswerAtMs = nowMs;
    const sentAtMs = this.#unanswered.shift();
    if (sentAtMs === undefined) return undefined;
    this.#silentSinceMs = undefined;
    this.#roundTripMs = nowMs - sentAtMs;
    return this.#roundTripMs / 1_000;
  }

  /** READY or RESUMED: the new connection answers, and what the old one owed is settled. */
  onReady(): void {
    this.#silentSinceMs = undefined;
  }

  /** The connection ended, or could not be opened: no beat of it will be answered. */
  onConnectionEnd(nowMs: number): void {
    this.#silentSinceMs ??= this.#unanswered[0] ?? nowMs;
    this.#unanswered = [];
  }

  /**
   * Seconds: the last round trip, or if that is longer the age of the oldest beat without an answer;
   * without a connection, the time since there was one that answered. Undefined before the first beat.
   */
  seconds(nowMs: number): number | undefined {
    const sinceMs = this.#silentSinceMs ?? this.#unanswered[0];
    if (sinceMs === undefined && this.#roundTripMs === undefined) return undefined;
    const ageMs = sinceMs === undefined ? 0 : nowMs - sinceMs;
    return Math.max(ageMs, this.#roundTripMs ?? 0) / 1_000;
  }
}
