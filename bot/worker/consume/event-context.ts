import { headers as newHeaders, type JetStreamClient, type KV } from 'nats';

import { EVENT_HEADERS } from '../../events.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { TraceSpan } from '../../../runtime/telemetry/telemetry.ts';
import { TASKS_SUBJECT } from '../../streams.ts';
import type { BucketOptions, HandlerContext, HandlerSettings, TaskPayload, WorkerStats } from '../handler.ts';
import type { DiscordRest, RestClient } from '../rest/rest-client.ts';
import type { Buckets } from './buckets.ts';

/** What all events of a process share. */
export interface SharedContext {
  readonly rest: DiscordRest;
  readonly jetstream: JetStreamClient;
  readonly buckets: Buckets;
  readonly settings: HandlerSettings;
  readonly stats: () => WorkerStats;
}

/** What a handler gets with one event; made on demand, because most handlers use little of it. */
export class EventContext implements HandlerContext {
  readonly #shared: SharedContext;
  readonly #log: Logger;
  readonly #messageId: string;
  readonly #span: TraceSpan | undefined;
  readonly signal: AbortSignal;
  #eventLog: Logger | undefined;
  #rest: RestClient | undefined;
  #tasks = 0;

  constructor(
    shared: SharedContext,
    log: Logger,
    event: { readonly messageId: string; readonly signal: AbortSignal; readonly span: TraceSpan | undefined },
  ) {
    this.#shared = shared;
    this.#log = log;
    this.#messageId = event.messageId;
    this.#span = event.span;
    this.signal = event.signal;
  }

  get rest(): RestClient {
    this.#rest ??= this.#shared.rest.within({ signal: this.signal, span: this.#span });
    return this.#rest;
  }

  get log(): Logger {
    this.#eventLog ??= this.#log.child({ messageId: this.#messageId });
    return this.#eventLog;
  }

  get settings(): HandlerSettings {
    return this.#shared.settings;
  }

  async task(payload: TaskPayload, id?: string): Promise<void> {
    this.#tasks += 1;
    const headers = newHeaders();
    if (this.#span) headers.set(EVENT_HEADERS.traceparent, this.#span.traceparent);
    const msgID = id ?? `task:${this.#messageId}:${this.#tasks}`;
    await this.#shared.jetstream.publish(TASKS_SUBJECT, JSON.stringify(payload), { headers, msgID });
  }

  async bucket(name: string, options: BucketOptions): Promise<KV> {
    return this.#shared.buckets.open(name, options);
  }

  stats(): WorkerStats {
    return this.#shared.stats();
  }
}
