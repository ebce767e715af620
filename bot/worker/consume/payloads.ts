import type { JetStreamClient, ObjectStore } from 'nats';

import { openPayloadBucket } from '../../open-payload-bucket.ts';
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
    this.#bucket ??= openPayloadBucket(this.#jetstream, this.#replicas);
    try {
      return await this.#bucket;
    } catch (error) {
      this.#bucket = undefined;
      throw error;
    }
  }
}
