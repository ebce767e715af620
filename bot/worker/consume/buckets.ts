import { StorageType, type JetStreamClient, type KV } from 'nats';

import type { BucketOptions } from '../handler.ts';

/** Opens each key-value bucket once, creating it where it is missing. */
export class Buckets {
  readonly #jetstream: JetStreamClient;
  readonly #replicas: number;
  readonly #open = new Map<string, Promise<KV>>();

  constructor(jetstream: JetStreamClient, replicas: number) {
    this.#jetstream = jetstream;
    this.#replicas = replicas;
  }

  async open(name: string, { ttlMs }: BucketOptions): Promise<KV> {
    let bucket = this.#open.get(name);
    if (!bucket) {
      const options = { history: 1, storage: StorageType.File, replicas: this.#replicas, ttl: ttlMs };
      bucket = this.#jetstream.views.kv(name, options);
      this.#open.set(name, bucket);
      // The next caller tries again.
      bucket.catch(() => this.#open.delete(name));
    }
    return bucket;
  }
}
