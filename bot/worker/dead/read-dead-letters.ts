import {
  AckPolicy,
  DeliverPolicy,
  nanos,
  type JetStreamClient,
  type JetStreamManager,
  type MsgHdrs,
} from 'nats';

import { DEAD_STREAM, DEAD_SUBJECT_PREFIX } from '../../streams.ts';

export interface ReadOptions {
  /** Undefined: of all consumers. */
  readonly consumer: string | undefined;
  /** The position in the stream to begin at. */
  readonly fromSequence: number;
}

export interface StoredHead {
  /** The dead letter's own position in the stream of dead letters. */
  readonly sequence: number;
  readonly headers: MsgHdrs | undefined;
  readonly bodyBytes: number;
}

const BATCH = 500;
const BATCH_TIMEOUT_MS = 5_000;
const FORGET_AFTER_MS = 30_000;
const SIZE_HEADER = 'Nats-Msg-Size';

/** Reads the headers of all dead letters that are stored now, oldest first, without their bodies. */
export async function* readDeadLetters(
  jetstream: JetStreamClient,
  manager: JetStreamManager,
  { consumer, fromSequence }: ReadOptions,
): AsyncGenerator<StoredHead> {
  const reader = await manager.consumers.add(DEAD_STREAM, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, fromSequence),
    filter_subject: DEAD_SUBJECT_PREFIX + (consumer ?? '>'),
    headers_only: true,
    inactive_threshold: nanos(FORGET_AFTER_MS),
    mem_storage: true,
  });
  try {
    const source = await jetstream.consumers.get(DEAD_STREAM, reader.name);
    let left = reader.num_pending;
    while (left > 0) {
      let got = 0;
      const batch = await source.fetch({ max_messages: Math.min(left, BATCH), expires: BATCH_TIMEOUT_MS });
      for await (const message of batch) {
        got += 1;
        const bodyBytes = Number(message.headers?.get(SIZE_HEADER) || 0);
        yield { sequence: message.seq, headers: message.headers, bodyBytes };
      }
      // Some were removed in the meantime.
      if (got === 0) return;
      left -= got;
    }
  } finally {
    await manager.consumers.delete(DEAD_STREAM, reader.name);
  }
}
