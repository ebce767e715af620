import type { ConsumerInfo } from 'nats';

import type { ConsumerAdvisory } from '../../runtime/nats/consumer-advisory.ts';
import { ConsumerTally, type ConsumerPosition, type DeliveryEvidence } from './consumer-tally.ts';

export interface ConsumerName {
  readonly stream: string;
  readonly consumer: string;
}

interface Entry {
  /** Undefined until the consumer was seen in a list. */
  tally: ConsumerTally | undefined;
  /** What was seen of it before that. */
  readonly early: DeliveryEvidence[];
}

/** Of one consumer that no list has shown yet. */
const MAX_EARLY = 10_000;

/** The tallies of all consumers, by stream and name. */
export class Tallies {
  readonly #startedAtMs: number;
  readonly #entries = new Map<string, Entry>();

  /** @param startedAtMs milliseconds since 1970: consumers that are younger are counted from birth */
  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  observe(info: ConsumerInfo): ConsumerTally {
    const entry = this.#entry({ stream: info.stream_name, consumer: info.name });
    const position = positionOf(info);
    if (!entry.tally) {
      const bornHere = Date.parse(info.created) >= this.#startedAtMs;
      entry.tally = new ConsumerTally(bornHere ? undefined : position);
      entry.tally.observe(position);
      if (bornHere) for (const delivery of entry.early) entry.tally.delivered(delivery);
      entry.early.length = 0;
    } else {
      entry.tally.observe(position);
    }
    return entry.tally;
  }

  /** Evidence may come before the first list that shows its consumer. */
  delivered(name: ConsumerName, delivery: DeliveryEvidence): void {
    const { tally, early } = this.#entry(name);
    if (tally) tally.delivered(delivery);
    else if (early.length < MAX_EARLY) early.push(delivery);
  }

  /** Advisories of consumers that are not watched are not counted. */
  advise(advisory: ConsumerAdvisory): void {
    const tally = this.#entries.get(keyOf(advisory))?.tally;
    if (advisory.kind === 'nak') tally?.naked(advisory);
    if (advisory.kind === 'terminated') tally?.terminated(advisory);
    if (advisory.kind === 'max_deliver') tally?.exhausted(advisory.streamSequence, advisory.deliveries);
  }

  /** Forgets all consumers but these. */
  keep(consumers: Iterable<ConsumerName>): void {
    const wanted = new Set<string>();
    for (const consumer of consumers) wanted.add(keyOf(consumer));
    for (const key of this.#entries.keys()) if (!wanted.has(key)) this.#entries.delete(key);
  }

  #entry(name: ConsumerName): Entry {
    const key = keyOf(name);
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = { tally: undefined, early: [] };
      this.#entries.set(key, entry);
    }
    return entry;
  }
}

/** Neither name can hold a dot. */
export function keyOf({ stream, consumer }: ConsumerName): string {
  return `${stream}.${consumer}`;
}

function positionOf({ created, delivered }: ConsumerInfo): ConsumerPosition {
  return {
    created,
    consumerSequence: delivered.consumer_seq,
    streamSequence: delivered.stream_seq,
  };
}
