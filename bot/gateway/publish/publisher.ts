import { createInbox, Events, type Msg, type NatsConnection, type Subscription } from 'nats';

import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { PayloadBucket } from '../../payload-bucket.ts';
import { storePayload } from './store-payload.ts';
import { retryDelayMs, type Pending, type Publication, type PublisherOptions } from './publication.ts';
import type { PublishMetrics } from './publish-metrics.ts';
import { PublishWindow } from './publish-window.ts';
import { readPublishAck } from './publish-ack.ts';
import type { FindStored } from './find-stored.ts';

const SWEEP_INTERVAL_MS = 250;
/** JetStream answers "not yet" at once while it starts or elects a leader. */
const REFUSED_RETRY_MS = 500;
/** Room for headers and protocol beside the body in the server's `max_payload`. */
const HEADER_ROOM_BYTES = 4_096;

export interface PublisherParts {
  readonly connection: NatsConnection;
  readonly options: PublisherOptions;
  readonly payloads: PayloadBucket;
  readonly findStored: FindStored;
  /** The stream's last position when the publisher starts. */
  readonly streamSequence: number;
  readonly metrics: PublishMetrics;
  readonly log: Logger;
  /** The window has room again after it was full. */
  readonly onRoom: () => void;
}

/**
 * Puts messages into JetStream, each exactly once, many at a time. Acknowledgements come to one
 * subscription and are matched by reply subject; what is not acknowledged in time is sent again
 * with the same message id for as long as this process lives.
 */
export class Publisher {
  readonly #parts: PublisherParts;
  readonly #inbox = createInbox();
  readonly #window: PublishWindow;
  readonly #replies: Subscription;
  readonly #sweepTimer: NodeJS.Timeout;
  #nextSlot = 0;
  #connected = true;
  #streamSequence: number;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#window = new PublishWindow({ limits: parts.options, onRoom: parts.onRoom });
    this.#streamSequence = parts.streamSequence;
    this.#replies = parts.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) parts.log.error({ err: error }, 'acknowledgement subscription failed');
        else this.#onReply(message);
      },
    });
    this.#sweepTimer = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS);
    void this.#watchConnection();
  }

  /** Messages that are not acknowledged yet. */
  get pending(): number {
    return this.#window.size;
  }

  /** The highest position in the stream that an acknowledgement has named. */
  get streamSequence(): number {
    return this.#streamSequence;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** True when nothing more may be handed over until `onRoom`. */
  get full(): boolean {
    return this.#window.full;
  }

  publish(publication: Publication): void {
    const now = performance.now();
    const entry: Pending = {
      publication,
      slot: this.#nextSlot,
      sentBehind: this.#streamSequence,
      firstSentAtMs: now,
      nextTryAtMs: now,
      tries: 0,
      busy: false,
    };
    this.#nextSlot += 1;
    this.#window.add(entry);
    if (this.#connected) this.#send(entry, now);
  }

  /** Resolves once nothing is pending, or with false when the deadline passes before. */
  async flush(deadlineMs: number): Promise<boolean> {
    return this.#window.empty(deadlineMs);
  }

  close(): void {
    clearInterval(this.#sweepTimer);
    this.#replies.unsubscribe();
  }

  #send(entry: Pending, now: number): void {
    if (this.#dropUnlessMine(entry)) return;
    const { connection, options, payloads } = this.#parts;
    const { subject, headers, body } = entry.publication;
    entry.tries += 1;
    entry.nextTryAtMs = now + retryDelayMs(entry.tries, options);
    const limit = connection.info?.max_payload ?? Infinity;
    if (body.length > limit - HEADER_ROOM_BYTES) {
      void this.#busyWhile(entry, async () => {
        const reference = await storePayload(payloads, entry.publication);
        if (this.#dropUnlessMine(entry)) return;
        connection.publish(subject, reference.body, {
          reply: this.#replySubject(entry),
          headers: reference.headers,
        });
      });
      return;
    }
    try {
      connection.publish(subject, body, { reply: this.#replySubject(entry), headers });
    } catch (error) {
      this.#onFailure(entry, messageOf(error));
    }
  }

  #dropUnlessMine(entry: Pending): boolean {
    if (entry.publication.mayPublish?.() !== false) return false;
    this.#window.remove(entry, () => entry.publication.onDropped?.());
    return true;
  }

  #replySubject(entry: Pending): string {
    return `${this.#inbox}.${entry.slot}`;
  }

  #onReply(message: Msg): void {
    const slot = Number(message.subject.slice(this.#inbox.length + 1));
    const entry = this.#window.get(slot);
    if (!entry) return;
    const ack = readPublishAck(message);
    if (ack.kind === 'failed') {
      this.#onFailure(entry, ack.reason);
      return;
    }
    this.#parts.metrics.onAck((performance.now() - entry.firstSentAtMs) / 1_000, ack.duplicate);
    this.#settle(entry, ack.streamSequence);
  }

  #settle(entry: Pending, streamSequence: number): void {
    this.#window.remove(entry, () => {
      if (streamSequence > this.#streamSequence) this.#streamSequence = streamSequence;
      entry.publication.onStored(entry.sentBehind);
    });
  }

  #onFailure(entry: Pending, reason: string): void {
    this.#parts.metrics.onFailure();
    entry.nextTryAtMs = performance.now() + REFUSED_RETRY_MS;
    const { subject, messageId } = entry.publication;
    const fields = { subject, messageId, reason, tries: entry.tries };
    this.#parts.log[entry.tries === 1 ? 'debug' : 'warn'](fields, 'publish failed, will retry');
  }

  #sweep(): void {
    if (!this.#connected) return;
    const now = performance.now();
    const { duplicateWindowMs } = this.#parts.options;
    const due: Pending[] = [];
    const old: Pending[] = [];
    // Nearly always all of them wait for their first acknowledgement, and none is due.
    for (const entry of this.#window.values()) {
      if (entry.busy || entry.nextTryAtMs > now) continue;
      if (now - entry.firstSentAtMs > duplicateWindowMs) old.push(entry);
      else due.push(entry);
    }
    for (const entry of due) this.#send(entry, now);
    if (old.length > 0) void this.#sendUnlessStored(old);
  }

  /** The stream may have forgotten these ids: look for them in it before sending again. */
  async #sendUnlessStored(entries: readonly Pending[]): Promise<void> {
    for (const entry of entries) entry.busy = true;
    const byId = new Map(entries.map((entry) => [entry.publication.messageId, entry]));
    const behind = Math.min(...entries.map((entry) => entry.sentBehind));
    try {
      const found = await this.#parts.findStored(behind, (id) => byId.has(id));
      for (const [id, streamSequence] of found) {
        const entry = byId.get(id);
        if (entry) this.#settle(entry, streamSequence);
      }
      const now = performance.now();
      for (const entry of entries) if (this.#window.get(entry.slot)) this.#send(entry, now);
    } catch (error) {
      for (const entry of entries)
        this.#onFailure(entry, `looking for it in the stream: ${messageOf(error)}`);
    } finally {
      for (const entry of entries) entry.busy = false;
    }
  }

  async #busyWhile(entry: Pending, work: () => Promise<void>): Promise<void> {
    entry.busy = true;
    try {
      await work();
    } catch (error) {
      this.#onFailure(entry, messageOf(error));
    } finally {
      entry.busy = false;
    }
  }

  async #watchConnection(): Promise<void> {
    for await (const { type } of this.#parts.connection.status()) {
      if (type === Events.Disconnect) this.#connected = false;
      if (type !== Events.Reconnect) continue;
      this.#connected = true;
      const now = performance.now();
      for (const entry of this.#window.values()) entry.nextTryAtMs = Math.min(entry.nextTryAtMs, now);
      this.#sweep();
    }
  }
}
