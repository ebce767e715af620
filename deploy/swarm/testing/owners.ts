import { DeliverPolicy, type NatsConnection } from 'nats';

import { EVENT_HEADERS, EVENTS_STREAM, EVENTS_SUBJECT_PREFIX } from '../../../bot/events.ts';

const BATCH_MESSAGES = 1_000;
const BATCH_EXPIRES_MS = 5_000;

/** Two owners of one shard whose events lie mixed in the stream. */
export interface MixedOwners {
  readonly shard: string;
  readonly streamSequence: number;
  readonly epoch: number;
  readonly before: number;
}

export interface Ownership {
  /** Shard -> its epochs in the order of the stream. */
  readonly epochs: ReadonlyMap<string, readonly number[]>;
  readonly mixed: readonly MixedOwners[];
}

/** Reads the stream from its beginning: an older owner's event behind a newer one's tells that both published. */
export async function readOwnership(connection: NatsConnection): Promise<Ownership> {
  const jetstream = connection.jetstream();
  const manager = await jetstream.jetstreamManager();
  const { state } = await manager.streams.info(EVENTS_STREAM);
  const consumer = await jetstream.consumers.get(EVENTS_STREAM, {
    filterSubjects: `${EVENTS_SUBJECT_PREFIX}>`,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: 1,
    headers_only: true,
  });
  const epochs = new Map<string, number[]>();
  const mixed: MixedOwners[] = [];
  for (let reached = 0; reached < state.last_seq;) {
    const batch = await consumer.fetch({ max_messages: BATCH_MESSAGES, expires: BATCH_EXPIRES_MS });
    for await (const message of batch) {
      reached = message.seq;
      const shard = message.headers?.get(EVENT_HEADERS.shard) ?? '';
      const epoch = Number(message.headers?.get(EVENT_HEADERS.epoch));
      const known = epochs.get(shard) ?? [];
      const before = known.at(-1) ?? epoch;
      if (epoch < before) mixed.push({ shard, streamSequence: message.seq, epoch, before });
      if (epoch !== before || known.length === 0) epochs.set(shard, [...known, epoch]);
      // The last batch is not full: it would otherwise wait for more until it expires.
      if (reached >= state.last_seq) break;
    }
  }
  return { epochs, mixed };
}
