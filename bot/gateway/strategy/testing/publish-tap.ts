import type { NatsConnection, Subscription } from 'nats';

import { EVENT_HEADERS, EVENTS_SUBJECT_PREFIX } from '../../../events.ts';

export interface Attempt {
  readonly shard: string;
  readonly epoch: number;
  readonly sequence: number;
}

/**
 * Every attempt to publish a dispatch, in the order in which the server got them: those too that JetStream
 * drops as repeats, so that a publisher which should be silent is heard.
 */
export class PublishTap {
  readonly attempts: Attempt[] = [];
  readonly #connection: NatsConnection;
  readonly #subscription: Subscription;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#subscription = connection.subscribe(`${EVENTS_SUBJECT_PREFIX}>`, {
      callback: (_error, { headers }) => {
        const shard = headers?.get(EVENT_HEADERS.shard);
        if (!headers || !shard) return;
        const epoch = Number(headers.get(EVENT_HEADERS.epoch));
        this.attempts.push({ shard, epoch, sequence: Number(headers.get(EVENT_HEADERS.sequence)) });
      },
    });
  }

  /** Attempts of an earlier owner that came after a later owner's first one; there must be none. */
  late(): Attempt[] {
    const newest = new Map<string, number>();
    return this.attempts.filter(({ shard, epoch }) => {
      const before = newest.get(shard) ?? -Infinity;
      newest.set(shard, Math.max(before, epoch));
      return epoch < before;
    });
  }

  /** How many owners each shard has had. */
  owners(): Map<string, number> {
    const epochs = Map.groupBy(this.attempts, ({ shard }) => shard);
    return new Map([...epochs].map(([shard, all]) => [shard, new Set(all.map(({ epoch }) => epoch)).size]));
  }

  async close(): Promise<void> {
    this.#subscription.unsubscribe();
    await this.#connection.close();
  }
}
