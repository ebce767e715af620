import { randomBytes } from 'node:crypto';

import type { Ledger } from '../ledger/ledger.ts';
import type { SimulatorOptions } from '../options.ts';
import { allows, type GatewayEvent } from './event.ts';
import { Session } from './session.ts';

export interface SessionsParts {
  readonly options: Pick<SimulatorOptions, 'replayLimit' | 'replayLimitBytes' | 'sessionTimeoutMs'>;
  readonly ledger: Ledger;
  readonly nowMs: () => number;
  readonly delivers: (session: Session) => boolean;
}

/** Where an event went. */
export interface Delivery {
  readonly sessionId: string;
  readonly sequence: number;
}

/** All living sessions, and the way of an event to those that it is for. */
export class Sessions {
  readonly #parts: SessionsParts;
  readonly #byId = new Map<string, Session>();
  /** Shard count -> shard id -> sessions; more than one of each while a bot reshards or restarts. */
  readonly #byShard = new Map<number, Map<number, Session[]>>();
  readonly #unflushed = new Set<Session>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  get(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  all(): Iterable<Session> {
    return this.#byId.values();
  }

  get size(): number {
    return this.#byId.size;
  }

  start(shardId: number, shardCount: number, intents: number): Session {
    const id = randomBytes(16).toString('hex');
    const { options, ledger, nowMs, delivers } = this.#parts;
    const session = new Session({
      id,
      shardId,
      shardCount,
      intents,
      ledger: ledger.sessionStarted({ sessionId: id, shardId, shardCount, startedAt: nowMs() }),
      replayLimits: { frames: options.replayLimit, bytes: options.replayLimitBytes },
      nowMs,
      delivers,
    });
    this.#byId.set(id, session);
    const shards = this.#byShard.get(shardCount) ?? new Map<number, Session[]>();
    this.#byShard.set(shardCount, shards);
    shards.set(shardId, [...(shards.get(shardId) ?? []), session]);
    return session;
  }

  /** Takes the socket away; the session goes on collecting until it expires. */
  detach(session: Session): void {
    session.connection = undefined;
    clearTimeout(session.expiry);
    const end = () => this.end(session, 'not resumed in time');
    session.expiry = setTimeout(end, this.#parts.options.sessionTimeoutMs).unref();
  }

  end(session: Session, reason: string): void {
    if (!this.#byId.delete(session.id)) return;
    clearTimeout(session.expiry);
    session.connection = undefined;
    this.#unflushed.delete(session);
    const shards = this.#byShard.get(session.shardCount);
    const others = shards?.get(session.shardId)?.filter((other) => other !== session) ?? [];
    if (others.length > 0) shards?.set(session.shardId, others);
    else shards?.delete(session.shardId);
    if (shards?.size === 0) this.#byShard.delete(session.shardCount);
    this.#parts.ledger.sessionEnded(session.ledger, this.#parts.nowMs(), reason);
  }

  endAll(reason: string): void {
    for (const session of this.#byId.values()) this.end(session, reason);
  }

  /**
   * Gives the event to each session whose shard has its guild and whose intents let it through.
   * `flush` sends it.
   */
  publish(event: GatewayEvent): Delivery[] {
    const deliveries: Delivery[] = [];
    for (const [count, shards] of this.#byShard) {
      for (const session of shards.get(event.shardKey % count) ?? []) {
        if (!allows(event, session.intents)) continue;
        deliveries.push({ sessionId: session.id, sequence: this.append(session, event) });
      }
    }
    if (deliveries.length === 0) this.#parts.ledger.undeliverable();
    return deliveries;
  }

  /** Gives the event to this session alone, whatever its shard and intents are. */
  append(session: Session, event: GatewayEvent): number {
    this.#unflushed.add(session);
    return session.append({
      type: event.type,
      data: event.dataFor(session.intents),
      eventId: event.eventId,
      createdAt: event.createdAt,
    });
  }

  /** Sends what was published since the last time, one write for each socket. */
  flush(): void {
    for (const session of this.#unflushed) session.flush();
    this.#unflushed.clear();
  }
}
