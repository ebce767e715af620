import type { FleetReading, ShardReading } from '../../exporters/shards/shard-metrics.ts';
import type { HealthCheck } from '../../runtime/http.ts';
import type { GatewayInfo } from './identify/gateway-info.ts';
import type { IdentifyGate } from './identify/identify-gate.ts';
import { inheritSessions, type InheritParts } from './session/inherit-sessions.ts';
import type { SessionKeeper } from './session/session-keeper.ts';
import type { ShardParts } from './shard/shard-parts.ts';
import { Shard } from './shard/shard.ts';
import type { OwnedShard, ShardOwner } from './strategy/shard-strategy.ts';

const PROBE_INTERVAL_MS = 1_000;

export interface FleetParts {
  readonly shard: Omit<ShardParts, 'id' | 'epoch' | 'countEvent'>;
  readonly inherit: InheritParts;
  readonly gate: Pick<IdentifyGate, 'blocked'>;
  readonly info: Pick<GatewayInfo, 'last' | 'remaining'>;
  readonly expected: () => number;
}

/** The shards of this process. */
export class Fleet implements ShardOwner {
  readonly #parts: FleetParts;
  readonly #shards = new Map<number, Shard>();
  readonly #eventsByType = new Map<string, number>();
  readonly #probeTimer: NodeJS.Timeout;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#probeTimer = setInterval(() => {
      const now = performance.now();
      for (const shard of this.#shards.values()) shard.probe(now);
    }, PROBE_INTERVAL_MS);
  }

  async acquire(owned: readonly OwnedShard[]): Promise<void> {
    const ids = owned.map(({ id }) => id);
    const inherited = await inheritSessions(ids, this.#parts.inherit);
    for (const { id, epoch } of owned) {
      const shard = new Shard(
        { ...this.#parts.shard, id, epoch, countEvent: (type) => this.#countEvent(type) },
        inherited.get(id),
      );
      this.#shards.set(id, shard);
      shard.start();
    }
  }

  async lose(shardId: number): Promise<void> {
    const shard = this.#shards.get(shardId);
    this.#shards.delete(shardId);
    await shard?.stop();
  }

  /** Closes every shard resumably; no event is taken afterwards. */
  async stop(): Promise<void> {
    clearInterval(this.#probeTimer);
    await Promise.all([...this.#shards.values()].map(async (shard) => shard.stop()));
  }

  onRoom(): void {
    for (const shard of this.#shards.values()) shard.onRoom();
  }

  *sessions(): Generator<SessionKeeper> {
    for (const shard of this.#shards.values()) yield shard.session;
  }

  /** What keeps the fleet from serving, for the readiness check. */
  get readiness(): HealthCheck {
    return {
      name: 'shards',
      problem: () => {
        const waiting = [...this.#shards.values()].filter((shard) => !shard.serving).map(({ id }) => id);
        if (this.#shards.size === 0) return 'no shard is owned yet';
        if (waiting.length === 0) return undefined;
        const budget = this.#parts.gate.blocked ? '; the daily identify budget is low' : '';
        return `${waiting.length} of ${this.#shards.size} shards are not ready (${waiting.slice(0, 10).join(', ')})${budget}`;
      },
    };
  }

  reading(): FleetReading {
    const now = performance.now();
    return {
      shards: [...this.#shards.values()].map((shard) => readShard(shard, now)),
      expected: this.#parts.expected(),
      recommended: this.#parts.info.last?.shards,
      sessionStartsRemaining: this.#parts.info.remaining,
      identifyBlocked: this.#parts.gate.blocked,
      eventsByType: this.#eventsByType,
    };
  }

  #countEvent(type: string): void {
    this.#eventsByType.set(type, (this.#eventsByType.get(type) ?? 0) + 1);
  }
}

function readShard({ id, activity, session }: Shard, nowMs: number): ShardReading {
  return {
    id,
    state: activity.state,
    heartbeatLatencySeconds: activity.heartbeatLatencySeconds(nowMs),
    eventGapSeconds: activity.eventGapSeconds(nowMs),
    guilds: session.guilds.size,
    events: activity.events,
    sequenceGaps: activity.sequenceGaps,
    eventsLost: activity.eventsLost,
    sessionsLost: activity.sessionsLost,
    identifies: activity.identifies,
    resumes: activity.resumes,
    closes: activity.closes,
  };
}
