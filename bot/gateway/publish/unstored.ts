/** How many messages are on their way into the stream. */
export class Unstored {
  #count = 0;
  #whenNone: (() => void)[] = [];

  add(): void {
    this.#count += 1;
  }

  remove(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const resolve of this.#whenNone.splice(0)) resolve();
  }

  /** Resolves with true once there is none, or with false when the deadline passes before. */
  async none(deadlineMs: number): Promise<boolean> {
    if (this.#count === 0) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#whenNone.push(() => resolve(true));
    const timer = setTimeout(() => resolve(false), deadlineMs);
    const none = await promise;
    clearTimeout(timer);
    return none;
  }
}
