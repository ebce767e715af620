import type { JetStreamManager, KV, KvEntry, QueuedIterator } from 'nats';

import { messageOf } from '../../../../runtime/errors.ts';
import type { Logger } from '../../../../runtime/log.ts';

export interface MirroredEntry {
  readonly revision: number;
  /** Undefined: deleted, and only the mark of it is left. */
  readonly text: string | undefined;
  /** When it came in, on the monotonic clock. */
  readonly seenAtMs: number;
}

/** A local copy of a small bucket, kept by a watch and proven to be complete each time it is read. */
export class BucketMirror {
  readonly #bucket: KV;
  readonly #manager: JetStreamManager;
  readonly #stream: string;
  readonly #waitMs: number;
  readonly #log: Logger;
  #entries = new Map<string, MirroredEntry>();
  #revision = 0;
  #watch: QueuedIterator<KvEntry> | undefined;
  #onRevision: (() => void) | undefined;

  /** @param waitMs how long the watch may be behind before it is begun anew */
  constructor(bucket: KV, manager: JetStreamManager, stream: string, waitMs: number, log: Logger) {
    this.#bucket = bucket;
    this.#manager = manager;
    this.#stream = stream;
    this.#waitMs = waitMs;
    this.#log = log;
  }

  /**
   * What the bucket's leader had when this was called, or something later.
   * @throws when the leader does not answer, or the watch does not catch up: the next call begins it anew
   */
  async read(): Promise<ReadonlyMap<string, MirroredEntry>> {
    const { state } = await this.#manager.streams.info(this.#stream);
    this.#watch ??= await this.#begin(state.last_seq);
    if (!(await this.#reached(state.last_seq))) {
      this.close();
      throw new Error(`the watch on ${this.#stream} is behind`);
    }
    return this.#entries;
  }

  /** The key is known to be gone without a trace. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  close(): void {
    this.#watch?.stop();
    this.#watch = undefined;
  }

  async #begin(lastRevision: number): Promise<QueuedIterator<KvEntry>> {
    this.#entries = new Map();
    this.#revision = 0;
    const watch = await this.#bucket.watch({
      // What had the last revisions may be gone: then nothing comes with them.
      initializedFn: () => this.#reach(lastRevision),
    });
    void this.#follow(watch);
    return watch;
  }

  async #follow(watch: QueuedIterator<KvEntry>): Promise<void> {
    try {
      for await (const entry of watch) {
        if (this.#watch !== undefined && this.#watch !== watch) return;
        const text = entry.operation === 'PUT' ? entry.string() : undefined;
        this.#entries.set(entry.key, { revision: entry.revision, text, seenAtMs: performance.now() });
        this.#reach(entry.revision);
      }
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'the watch on the leases ended');
    }
    if (this.#watch === watch) this.#watch = undefined;
  }

  #reach(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
    this.#onRevision?.();
  }

  async #reached(revision: number): Promise<boolean> {
    if (this.#revision >= revision) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), this.#waitMs);
    this.#onRevision = () => {
      if (this.#revision >= revision) resolve(true);
    };
    const reached = await promise;
    clearTimeout(timer);
    this.#onRevision = undefined;
    return reached;
  }
}
