import { StorageType, type JetStreamClient, type ObjectStore } from 'nats';

import { EVENTS_MAX_AGE_MS } from '../../streams.ts';
import { PAYLOAD_BUCKET } from '../../events.ts';
import { Permanent } from '../outcome-errors.ts';

/** Reads bodies that were too large for a message; the gateway keeps as long as the events. */
export class Payloads {
  readonly #jetstream: JetStreamClient;
  readonly #replicas: number;
  #bucket: Promise<ObjectStore> | undefined;

  constructor(jetstream: JetStreamClient, replicas: number) {
    this.#jetstream = jetstream;
    this.#replicas = replicas;
  }

  /** @throws {Permanent} when it is not there (any more) */
  async get(name: string): Promise<Uint8Array> {
    const bucket = await this.#open();
    const body = await bucket.getBlob(name);
    if (body === null) throw new Permanent('the large body of this event is no longer stored');
    return body;
  }

  async #open(): Promise<ObjectStore> {
    this.#bucket ??= this.#jetstream.views.os(PAYLOAD_BUCKET, {
      storage: StorageType.File,
      replicas: this.#replicas,
      ttl: EVENTS_MAX_AGE_MS * 1_000_000,
    });
    try {
      return await this.#bucket;
    } catch (error) {
      this.#bucket = undefined;
      throw error;
    }
  }
}
