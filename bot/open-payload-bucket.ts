import { DiscardPolicy, nanos, NatsError, StorageType, type JetStreamClient, type ObjectStore } from 'nats';

import { PAYLOAD_BUCKET } from './events.ts';
import { EVENTS_MAX_AGE_MS } from './streams.ts';

/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const STREAM_NOT_FOUND = 10_059;

/**
 * The object store for large bodies, created where it is missing; bodies stay as long as the events.
 * Its stream is created here because the client (2.29.3) puts `replicas` into the stream's
 * configuration, which current servers refuse as an unknown field.
 */
export async function openPayloadBucket(jetstream: JetStreamClient, replicas: number): Promise<ObjectStore> {
  const manager = await jetstream.jetstreamManager();
  const name = `OBJ_${PAYLOAD_BUCKET}`;
  try {
    await manager.streams.info(name);
  } catch (error) {
    if (!(error instanceof NatsError) || error.api_error?.err_code !== STREAM_NOT_FOUND) throw error;
    await manager.streams.add({
      name,
      subjects: [`$O.${PAYLOAD_BUCKET}.C.>`, `$O.${PAYLOAD_BUCKET}.M.>`],
      storage: StorageType.File,
      max_age: nanos(EVENTS_MAX_AGE_MS),
      num_replicas: replicas,
      discard: DiscardPolicy.New,
      allow_direct: true,
      allow_rollup_hdrs: true,
    });
  }
  return jetstream.views.os(PAYLOAD_BUCKET);
}
