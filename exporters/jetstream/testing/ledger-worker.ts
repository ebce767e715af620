import type { Consumer, JsMsg } from 'nats';

import type { ConsumerCounters } from '../consumer-tally.ts';

/** What becomes of a consumer's messages, by their order in it. */
export const ROLES = [
  { role: 'crash', count: 30 },
  { role: 'never', count: 100 },
  { role: 'nak', count: 50 },
  { role: 'term', count: 20 },
] as const;

type Role = (typeof ROLES)[number]['role'] | 'ack';

/** The client's own truth: what it received, and what it answered. */
export class Ledger {
  deliveries = 0;
  redeliveries = 0;
  naks = 0;
  terminations = 0;
  /** Messages whose last delivery went unanswered. */
  abandoned = 0;
  /** Deliveries that nobody answered. */
  unanswered = 0;

  received(deliveries: number): void {
    this.deliveries += 1;
    if (deliveries > 1) this.redeliveries += 1;
  }

  counters(): ConsumerCounters {
    return {
      deliveries: this.deliveries,
      redeliveries: this.redeliveries,
      ackWaitExpirations: this.unanswered,
      maxDeliveries: this.abandoned,
      naks: this.naks,
      terminations: this.terminations,
    };
  }
}

/** Handles a consumer's messages by their roles until `signal`, and keeps the ledger. */
export class LedgerWorker {
  readonly #consumer: Consumer;
  readonly #maxDeliver: number;
  readonly #ledger: Ledger;
  readonly #roles = new Map<number, Role>();

  /** @param sequences stream sequences of the consumer's messages, in order */
  constructor(consumer: Consumer, sequences: readonly number[], maxDeliver: number, ledger: Ledger) {
    this.#consumer = consumer;
    this.#maxDeliver = maxDeliver;
    this.#ledger = ledger;
    let at = 0;
    for (const { role, count } of ROLES) {
      for (const sequence of sequences.slice(at, at + count)) this.#roles.set(sequence, role);
      at += count;
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const batch = await this.#consumer.fetch({ max_messages: 200, expires: 1_000 });
      for await (const message of batch) this.#handle(message);
    }
  }

  #handle(message: JsMsg): void {
    const ledger = this.#ledger;
    // The client calls the count of deliveries so.
    const deliveries = message.info.redeliveryCount;
    ledger.received(deliveries);
    const role = this.#roles.get(message.seq) ?? 'ack';
    if (role === 'never') {
      ledger.unanswered += 1;
      if (deliveries === this.#maxDeliver) ledger.abandoned += 1;
    } else if (role === 'nak' && deliveries === 1) {
      ledger.naks += 1;
      message.nak();
    } else if (role === 'term') {
      ledger.terminations += 1;
      message.term();
    } else {
      message.ack();
    }
  }
}
