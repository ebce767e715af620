/** Node's timers are no finer. */
const MIN_WAIT_MS = 1;
/** Above this rate a tick does the work of several events, so that timers do not eat the CPU. */
const TICK_MS = 4;
/** After a longer stall (a suspended machine) the backlog is not made up. */
const MAX_BACKLOG_MS = 5_000;

export interface PacerParts {
  /** Milliseconds that only go forward. */
  readonly nowMs: () => number;
  /** Called with how many events are due. */
  readonly due: (count: number) => void;
}

/**
 * Keeps a rate without drift: how many events are due follows from the time since the start and
 * not from the timers, which come late on a busy machine.
 */
export class Pacer {
  readonly #parts: PacerParts;
  #eventsPerSecond = 0;
  #startedAtMs = 0;
  #done = 0;
  #skipped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PacerParts) {
    this.#parts = parts;
  }

  get eventsPerSecond(): number {
    return this.#eventsPerSecond;
  }

  /** Events that were left out after a stall. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Starts or goes on at this rate; 0 stops. */
  setRate(eventsPerSecond: number): void {
    this.#tick();
    clearTimeout(this.#timer);
    this.#eventsPerSecond = eventsPerSecond;
    this.#startedAtMs = this.#parts.nowMs();
    this.#done = 0;
    if (eventsPerSecond > 0) this.#schedule();
  }

  #tick(): void {
    if (this.#eventsPerSecond === 0) return;
    const elapsedMs = this.#parts.nowMs() - this.#startedAtMs;
    const due = Math.floor((elapsedMs / 1_000) * this.#eventsPerSecond) - this.#done;
    this.#done += due;
    const atMost = Math.ceil((MAX_BACKLOG_MS / 1_000) * this.#eventsPerSecond);
    this.#skipped += Math.max(due - atMost, 0);
    if (due > 0) this.#parts.due(Math.min(due, atMost));
  }

  #schedule(): void {
    const nextAtMs = this.#startedAtMs + ((this.#done + 1) / this.#eventsPerSecond) * 1_000;
    const waitMs = Math.max(
      nextAtMs - this.#parts.nowMs(),
      this.#eventsPerSecond > 1_000 / TICK_MS ? TICK_MS : MIN_WAIT_MS,
    );
    this.#timer = setTimeout(() => {
      this.#tick();
      this.#schedule();
    }, waitMs);
  }
}
