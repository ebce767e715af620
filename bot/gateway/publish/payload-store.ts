import { headers as newHeaders, type JetStreamClient, type MsgHdrs, type ObjectStore } from 'nats';

import { EVENT_HEADERS } from '../../events.ts';
import { openPayloadBucket } from '../../open-payload-bucket.ts';

export interface PayloadReference {
  readonly headers: MsgHdrs;
  readonly body: Uint8Array;
}

export interface LargePayload {
  readonly messageId: string;
  readonly headers: MsgHdrs;
  readonly body: Uint8Array;
}

const EMPTY = new Uint8Array();

/**
 * Keeps bodies that are larger than the server's `max_payload` in an object store and sends a
 * reference in their place, so that no event is too large.
 */
export class PayloadStore {
  readonly #jetstream: JetStreamClient;
  readonly #replicas: number;
  #bucket: Promise<ObjectStore> | undefined;

  constructor(jetstream: JetStreamClient, replicas: number) {
    this.#jetstream = jetstream;
    this.#replicas = replicas;
  }

  /** Stores the body; repeating it replaces what an earlier try left. */
  async put(payload: LargePayload): Promise<PayloadReference> {
    const bucket = await this.#open();
    await bucket.putBlob({ name: payload.messageId }, payload.body);
    const headers = newHeaders();
    for (const [name, values] of payload.headers) for (const value of values) headers.append(name, value);
    headers.set(EVENT_HEADERS.payloadRef, payload.messageId);
    return { headers, body: EMPTY };
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
