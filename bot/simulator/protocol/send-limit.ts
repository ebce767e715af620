/** What a client may send on one connection: https://docs.discord.com/developers/events/gateway#rate-limiting */
export const SEND_LIMIT = { count: 120, windowMs: 60_000, payloadBytes: 4_096 } as const;

/** Counts what a client sends in windows of a minute. */
export class SendLimit {
  #windowStartMs = -Infinity;
  #count = 0;

  /** False when this one is too many. */
  take(nowMs: number): boolean {
    if (nowMs - this.#windowStartMs >= SEND_LIMIT.windowMs) {
      this.#windowStartMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= SEND_LIMIT.count;
  }
}
