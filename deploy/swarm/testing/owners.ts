import { DeliverPolicy, type NatsConnection } from 'nats';

import { EVENT_HEADERS, EVENTS_STREAM } from '../../../bot/events.ts';

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
    deliver_policy: DeliverPolicy.All,
    headers_only: true,
  });
  const epochs = new Map<string, number[]>();
  const mixed: MixedOwners[] = [];
  const messages = await consumer.consume();
  for await (const message of messages) {
    const shard = message.headers?.get(EVENT_HEADERS.shard) ?? '';
    const epoch = Number(message.headers?.get(EVENT_HEADERS.epoch));
    const known = epochs.get(shard) ?? [];
    const before = known.at(-1) ?? epoch;
    if (epoch < before) mixed.push({ shard, streamSequence: message.seq, epoch, before });
    if (epoch !== before || known.length === 0) epochs.set(shard, [...known, epoch]);
    if (message.seq >= state.last_seq) break;
  }
  return { epochs, mixed };
}
