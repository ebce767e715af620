import type { Msg } from 'nats';

import { sayWorking } from './delivery.ts';

export interface InFlightEntry {
  readonly message: Msg;
  readonly startedAtMs: number;
  readonly controller: AbortController;
  extendedAtMs: number;
}

/** The process ends: another one will get the event. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** How often the ack wait may pass before a handler's time is over. */
const MAX_ACK_WAITS = 5;
/** Handlers get this long to end after they were interrupted. */
const INTERRUPT_GRACE_MS = 500;

/** The events that are being handled: keeps the server patient, and handlers within their time. */
export class InFlight {
  readonly #ackWaitMs: number;
  readonly #entries = new Set<InFlightEntry>();
  #whenEmpty: (() => void) | undefined;

  constructor(ackWaitMs: number) {
    this.#ackWaitMs = ackWaitMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(message: Msg): InFlightEntry {
    const now = performance.now();
    const entry = { message, startedAtMs: now, extendedAtMs: now, controller: new AbortController() };
    this.#entries.add(entry);
    return entry;
  }

  remove(entry: InFlightEntry): void {
    this.#entries.delete(entry);
    if (this.#entries.size === 0) this.#whenEmpty?.();
  }

  /** Renews the ack wait of long work, until its time is over; to be called every second or so. */
  extend(): void {
    const now = performance.now();
    for (const entry of this.#entries) {
      if (entry.controller.signal.aborted) continue;
      if (now - entry.startedAtMs > this.#limitMs) {
        entry.controller.abort(new Error(`not done after ${this.#limitMs / 1_000} s`));
        continue;
      }
      if (now - entry.extendedAtMs < this.#ackWaitMs / 3) continue;
      entry.extendedAtMs = now;
      sayWorking(entry.message);
    }
  }

  /** How many did not end although their time was over an ack wait ago. */
  stuck(): number {
    const limit = performance.now() - this.#limitMs - this.#ackWaitMs;
    let count = 0;
    for (const { startedAtMs } of this.#entries) if (startedAtMs < limit) count += 1;
    return count;
  }

  /** Waits until all are done; interrupts them at the deadline and waits a moment more. */
  async finish(deadlineMs: number): Promise<void> {
    if (await this.#empty(deadlineMs)) return;
    for (const { controller } of this.#entries) controller.abort(new Interrupted('the process is ending'));
    await this.#empty(INTERRUPT_GRACE_MS);
  }

  get #limitMs(): number {
    return this.#ackWaitMs * MAX_ACK_WAITS;
  }

  async #empty(deadlineMs: number): Promise<boolean> {
    if (this.#entries.size === 0) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#whenEmpty = () => resolve(true);
    const timer = setTimeout(() => resolve(false), deadlineMs);
    const empty = await promise;
    clearTimeout(timer);
    return empty;
  }
}
