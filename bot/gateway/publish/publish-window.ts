import type { Pending, PublisherOptions } from './publication.ts';
import { Unstored } from './unstored.ts';

export interface PublishWindowParts {
  readonly limits: Pick<PublisherOptions, 'windowMessages' | 'windowBytes'>;
  /** There is room again after the window was full. */
  readonly onRoom: () => void;
}

/** The messages that are not acknowledged yet, in their order, and whether there is room for more. */
export class PublishWindow {
  readonly #parts: PublishWindowParts;
  readonly #pending = new Map<number, Pending>();
  readonly #unstored = new Unstored();
  #bytes = 0;
  #wasFull = false;

  constructor(parts: PublishWindowParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** True when nothing more may be added until `onRoom`. */
  get full(): boolean {
    const { windowMessages, windowBytes } = this.#parts.limits;
    const full = this.#pending.size >= windowMessages || this.#bytes >= windowBytes;
    if (full) this.#wasFull = true;
    return full;
  }

  add(entry: Pending): void {
    this.#pending.set(entry.slot, entry);
    this.#bytes += entry.publication.body.length;
    this.#unstored.add();
  }

  get(slot: number): Pending | undefined {
    return this.#pending.get(slot);
  }

  values(): Iterable<Pending> {
    return this.#pending.values();
  }

  /** @param report called if it was still there, before anybody hears of room or of an empty window */
  remove(entry: Pending, report: () => void): void {
    if (!this.#pending.delete(entry.slot)) return;
    this.#bytes -= entry.publication.body.length;
    report();
    this.#reportRoom();
    this.#unstored.remove();
  }

  /** Resolves once nothing is pending, or with false when the deadline passes before. */
  async empty(deadlineMs: number): Promise<boolean> {
    return this.#unstored.none(deadlineMs);
  }

  /** Room is reported at half the window, so that shards do not close and resume at its edge. */
  #reportRoom(): void {
    const { windowMessages, windowBytes } = this.#parts.limits;
    if (!this.#wasFull || this.#pending.size > windowMessages / 2 || this.#bytes > windowBytes / 2) return;
    this.#wasFull = false;
    this.#parts.onRoom();
  }
}
