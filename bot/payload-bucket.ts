import { DiscardPolicy, nanos, StorageType, type JetStreamClient, type ObjectStore } from 'nats';

import { findStream } from './ensure-streams.ts';
import { PAYLOAD_BUCKET } from './events.ts';
import { EVENTS_MAX_AGE_MS } from './streams.ts';

/**
 * The object store for bodies that are too large for a message, opened when the first one comes and
 * created where it is missing; bodies stay as long as the events.
 */
export class PayloadBucket {
  readonly #jetstream: JetStreamClient;
  readonly #replicas: number;
  #bucket: Promise<ObjectStore> | undefined;

  constructor(jetstream: JetStreamClient, replicas: number) {
    this.#jetstream = jetstream;
    this.#replicas = replicas;
  }

  /** Repeating it replaces what an earlier try left. */
  async put(name: string, body: Uint8Array): Promise<void> {
    await (await this.#open()).putBlob({ name }, body);
  }

  /** Null when it is not there (any more). */
  async get(name: string): Promise<Uint8Array | null> {
    return (await this.#open()).getBlob(name);
  }

  async #open(): Promise<ObjectStore> {
    this.#bucket ??= openBucket(this.#jetstream, this.#replicas);
    try {
      return await this.#bucket;
    } catch (error) {
      this.#bucket = undefined;
      throw error;
    }
  }
}

/**
 * Its stream is created here because the client (2.29.3) puts `replicas` into the stream's
 * configuration, which current servers refuse as an unknown field.
 */
async function openBucket(jetstream: JetStreamClient, replicas: number): Promise<ObjectStore> {
  const manager = await jetstream.jetstreamManager();
  const name = `OBJ_${PAYLOAD_BUCKET}`;
  if (!(await findStream(manager, name))) {
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
