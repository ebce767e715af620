import { BoundedMap } from './bounded-map.ts';

/** Where a consumer stands, as its leader tells it. */
export interface ConsumerPosition {
  /** When the consumer was created: another time means another consumer under the same name. */
  readonly created: string;
  /** Deliveries in all, first ones and repeated ones. */
  readonly consumerSequence: number;
  /** The newest message that was delivered. */
  readonly streamSequence: number;
}

/** What shows that a message was delivered for the `deliveries`-th time. */
export interface DeliveryEvidence {
  readonly streamSequence: number;
  readonly deliveries: number;
  /** Of that delivery; undefined where the evidence does not tell. */
  readonly consumerSequence: number | undefined;
}

export interface ConsumerCounters {
  readonly deliveries: number;
  readonly redeliveries: number;
  readonly ackWaitExpirations: number;
  readonly maxDeliveries: number;
  readonly naks: number;
  readonly terminations: number;
}

/** Of messages and of deliveries of one consumer: older ones are taken for new if they show up again. */
const REMEMBERED = 65_536;
/** What arrives by different ways may arrive in another order; not by this much. */
const SETTLE_MS = 1_000;

/** Nobody creates a consumer twice in less. */
const SAME_CREATION_MS = 50;

const NOWHERE: ConsumerPosition = { created: '', consumerSequence: 0, streamSequence: 0 };

/**
 * Counts for one consumer since this process first saw it. Every counter starts at 0 and never falls;
 * none is ahead of the truth, and each is exact once its messages are settled. (Expirations may be
 * ahead by as many messages as had been refused but not repeated when counting began.)
 *
 * The server counts deliveries in all but not how many were repetitions. Two lower bounds are kept:
 * - what was seen: acknowledgements of any kind and advisories tell how often their message had been
 *   delivered. Exact once every message was answered or given up.
 * - what must be: every first delivery moves the stream sequence on, so deliveries beyond that were
 *   repetitions. Exact for a consumer without a filter, at once, even if nobody ever answers.
 */
export class ConsumerTally {
  #position: ConsumerPosition;
  /** Where this consumer stood when it was first seen. */
  #baseline: ConsumerPosition;
  #deliveries = 0;
  #seenRedeliveries = 0;
  #certainRedeliveries = 0;
  #maxDeliveries = 0;
  #naks = 0;
  #terminations = 0;
  #expirations = 0;
  #latest = { atMs: -Infinity, redeliveries: 0 };
  /** Redeliveries as they stood at least SETTLE_MS ago. */
  #settledRedeliveries = 0;
  /** Stream sequence -> how often the message is known to have been delivered. */
  readonly #deliveriesOf = new BoundedMap<number, number>(REMEMBERED);
  /** A leader's successor may tell again what was told before. */
  readonly #naked = new BoundedMap<number, true>(REMEMBERED);
  readonly #terminated = new BoundedMap<number, true>(REMEMBERED);
  readonly #exhausted = new BoundedMap<number, true>(REMEMBERED);

  /** @param since where counting starts; by default at the consumer's birth */
  constructor(since: ConsumerPosition = NOWHERE) {
    this.#position = since;
    this.#baseline = since;
  }

  /** The position may fall behind after a change of leader: what was counted stays counted. */
  observe(position: ConsumerPosition): void {
    if (isAnother(position, this.#position)) this.#startOver(position.created);
    const { consumerSequence, streamSequence } = this.#position;
    const deliveries = Math.max(0, position.consumerSequence - consumerSequence);
    const advance = Math.max(0, position.streamSequence - streamSequence);
    this.#deliveries += deliveries;
    this.#certainRedeliveries += Math.max(0, deliveries - advance);
    this.#position = {
      created: position.created,
      consumerSequence: consumerSequence + deliveries,
      streamSequence: streamSequence + advance,
    };
  }

  delivered({ streamSequence, deliveries, consumerSequence }: DeliveryEvidence): void {
    const known = this.#deliveriesOf.get(streamSequence);
    if (deliveries < 2 || (known !== undefined && known >= deliveries)) return;
    this.#deliveriesOf.set(streamSequence, deliveries);
    if (known !== undefined) this.#seenRedeliveries += deliveries - known;
    else if (streamSequence > this.#baseline.streamSequence) this.#seenRedeliveries += deliveries - 1;
    // In flight when counting began: which of its deliveries came after that, only this one tells.
    else if ((consumerSequence ?? 0) > this.#baseline.consumerSequence) this.#seenRedeliveries += 1;
  }

  naked(delivery: DeliveryEvidence & { readonly consumerSequence: number }): void {
    if (!isNew(this.#naked, delivery.consumerSequence)) return;
    this.#naks += 1;
    this.delivered(delivery);
  }

  terminated(delivery: DeliveryEvidence & { readonly consumerSequence: number }): void {
    if (!isNew(this.#terminated, delivery.consumerSequence)) return;
    this.#terminations += 1;
    this.delivered(delivery);
  }

  /** The message was delivered as often as it may be, and nobody finished it. */
  exhausted(streamSequence: number, deliveries: number): void {
    if (!isNew(this.#exhausted, streamSequence)) return;
    this.#maxDeliveries += 1;
    this.delivered({ streamSequence, deliveries, consumerSequence: undefined });
  }

  /**
   * The server tells nothing of acknowledgements that did not come in time. But each delivery that was
   * repeated, or was the last, was either refused or ran out of time.
   * @param nowMs on any clock that does not go back
   */
  counters(nowMs: number): ConsumerCounters {
    const redeliveries = Math.max(this.#seenRedeliveries, this.#certainRedeliveries);
    if (nowMs - this.#latest.atMs >= SETTLE_MS) {
      this.#settledRedeliveries = this.#latest.redeliveries;
      this.#latest = { atMs: nowMs, redeliveries };
    }
    const expirations = this.#settledRedeliveries + this.#maxDeliveries - this.#naks;
    this.#expirations = Math.max(this.#expirations, expirations);
    return {
      deliveries: this.#deliveries,
      redeliveries,
      ackWaitExpirations: this.#expirations,
      maxDeliveries: this.#maxDeliveries,
      naks: this.#naks,
      terminations: this.#terminations,
    };
  }

  /** Another consumer has taken the name: its numbers begin at zero, ours go on. */
  #startOver(created: string): void {
    this.#position = { ...NOWHERE, created };
    this.#baseline = this.#position;
    this.#deliveriesOf.clear();
    this.#naked.clear();
    this.#terminated.clear();
    this.#exhausted.clear();
  }
}

/** A restart of servers of the 2.9 line moves the time of creation by a fraction of a millisecond. */
function isAnother(now: ConsumerPosition, before: ConsumerPosition): boolean {
  const apartMs = Math.abs(Date.parse(now.created) - Date.parse(before.created));
  return apartMs >= SAME_CREATION_MS || (apartMs > 0 && now.consumerSequence < before.consumerSequence);
}

function isNew(seen: BoundedMap<number, true>, sequence: number): boolean {
  if (seen.has(sequence)) return false;
  seen.set(sequence, true);
  return true;
}
