/** A RESUME that brings neither an event nor an answer for this long is unanswered. */
export const RESUME_TIMEOUT_MS = 15_000;
/** After this many in a row the session is given up. */
export const MAX_UNANSWERED = 6;

/** Discord may leave a RESUME unanswered, and the library waits for ever. */
export class ResumeWatch {
  readonly #onUnanswered: () => void;
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;

  constructor(onUnanswered: () => void) {
    this.#onUnanswered = onUnanswered;
  }

  get givesUp(): boolean {
    return this.#unanswered >= MAX_UNANSWERED;
  }

  onAsked(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#unanswered += 1;
      this.#onUnanswered();
    }, RESUME_TIMEOUT_MS);
  }

  /** A replayed event: the answer is on its way. */
  onEvent(): void {
    this.#timer?.refresh();
  }

  /** RESUMED came, or the session ended. */
  onSettled(): void {
    clearTimeout(this.#timer);
    this.#unanswered = 0;
  }

  onConnectionEnd(): void {
    clearTimeout(this.#timer);
  }
}
