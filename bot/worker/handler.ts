import type { KV } from 'nats';

import type { Logger } from '../../runtime/log.ts';
import type { ConsumerName } from '../streams.ts';
import type { RestClient } from './rest/rest-client.ts';

/** One message of a stream, as a handler sees it. */
export interface WorkerEvent {
  /** As Discord spells it, MESSAGE_CREATE; for a task the last word of its subject, PROCESS. */
  readonly type: string;
  /** Undefined where no gateway was involved, as with tasks. */
  readonly shardId: number | undefined;
  readonly shardCount: number | undefined;
  /** The dispatch's sequence in its gateway session. */
  readonly sequence: number | undefined;
  /** When the gateway had it, or where no gateway was involved, when it was stored. */
  readonly receivedAtMs: number;
  /** Stays the same however often the event is delivered. */
  readonly messageId: string;
  readonly streamSequence: number;
  /** 1 at the first delivery. */
  readonly deliveries: number;
  /** The dispatch's `d`, or the task: what was JSON, not checked further. */
  readonly data: unknown;
}

export interface HandlerContext {
  /** Calls end with `signal` and are counted and traced. */
  readonly rest: RestClient;
  /** Carries consumer and message id; never log content. */
  readonly log: Logger;
  /** Aborted when the handler took too long or the process must end: stop and throw. */
  readonly signal: AbortSignal;
  readonly settings: HandlerSettings;
  /**
   * Stores a task and resolves when it is safe. Handing over the same id twice within the stream's
   * duplicate window stores one; the default id is made of the event's, so a redelivery repeats none.
   */
  task(payload: TaskPayload, id?: string): Promise<void>;
  /** A key-value bucket, created where it is missing; opened once per process. */
  bucket(name: string, options: BucketOptions): Promise<KV>;
  stats(): WorkerStats;
}

export interface HandlerSettings {
  /** In lower case. */
  readonly blockedWords: ReadonlySet<string>;
  /** Where notifications go; empty: to the channel that they are about. */
  readonly notifyChannelId: string;
}

export interface BucketOptions {
  /** Entries that nobody wrote for so long are forgotten. */
  readonly ttlMs: number;
}

/** What this process did since its start. */
export interface WorkerStats {
  readonly uptimeMs: number;
  readonly handled: number;
  readonly inFlight: number;
}

export interface TaskPayload {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/**
 * Handles one event. Returning means done; throwing means again later, unless it throws `Permanent`
 * or `Expired`. An event may come more than once: make repeating it harmless.
 */
export type Handler = (event: WorkerEvent, context: HandlerContext) => Promise<void>;

export type Handlers = Readonly<Record<ConsumerName, Handler>>;
