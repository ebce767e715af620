import type { FleetReading, ShardReading } from '../../exporters/shards/shard-metrics.ts';
import type { HealthCheck } from '../../runtime/http.ts';
import type { IdentifyGate } from './identify/identify-gate.ts';
import type { InfoRefresh } from './identify/info-refresh.ts';
import { inheritSessions, type InheritParts } from './session/inherit-sessions.ts';
import type { Inherited, SessionKeeper } from './session/session-keeper.ts';
import { ShardActivity } from './shard/shard-activity.ts';
import type { ShardParts } from './shard/shard-parts.ts';
import { Shard } from './shard/shard.ts';
import type { SessionSaver } from './session/session-saver.ts';
import type { Movability, OwnedShard, ShardOwner, ShardStrategy } from './strategy/shard-strategy.ts';

const PROBE_INTERVAL_MS = 1_000;
/** How long a shard that is handed over waits for its acknowledgements; what is missing then is replayed. */
const HAND_OVER_MS = 5_000;

export interface FleetParts {
  readonly shard: Omit<ShardParts, 'id' | 'epoch' | 'held' | 'activity' | 'countEvent'>;
  readonly inherit: InheritParts;
  readonly gate: Pick<IdentifyGate, 'blocked'>;
  readonly limits: Pick<InfoRefresh, 'known' | 'failures'>;
  readonly saver: () => Pick<SessionSaver, 'saveLast'>;
  readonly strategy: Pick<ShardStrategy, 'expected' | 'problem'>;
}

/** The shards of this process. */
export class Fleet implements ShardOwner {
  readonly #parts: FleetParts;
  readonly #shards = new Map<number, Shard>();
  /** Shards that are owned and wait for what their last owner left. */
  readonly #acquiring = new Set<number>();
  /** Of every shard that was ever owned: its counters go on when it comes back. */
  readonly #activities = new Map<number, ShardActivity>();
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
    for (const { id } of owned) {
      this.#acquiring.add(id);
      this.#activityOf(id).onOwned(performance.now());
    }
    const ids = owned.map(({ id }) => id);
    const inherited = await inheritSessions(ids, this.#parts.inherit);
    // Meanwhile some may have been lost again, or the process been told to stop.
    const kept = owned.filter(({ id, held }) => held() && this.#acquiring.has(id));
    for (const shard of kept) this.#start(shard, inherited.get(shard.id));
  }

  async lose(shardId: number): Promise<void> {
    this.#acquiring.delete(shardId);
    const shard = this.#shards.get(shardId);
    if (!shard) return;
    const { log } = this.#parts.shard;
    if (!(await shard.handOver(HAND_OVER_MS)))
      log.warn({ shard: shardId }, 'not all is stored: the next owner replays it');
    await this.#parts.saver().saveLast(shard.session);
    if (this.#shards.get(shardId) === shard) this.#shards.delete(shardId);
  }

  fence(shardId: number): void {
    this.#acquiring.delete(shardId);
    const shard = this.#shards.get(shardId);
    this.#shards.delete(shardId);
    void shard?.stop();
  }

  movability(shardId: number): Movability {
    return this.#shards.get(shardId)?.movability ?? 'idle';
  }

  /** Closes every shard resumably; no event is taken afterwards. */
  async stop(): Promise<void> {
    clearInterval(this.#probeTimer);
    this.#acquiring.clear();
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
        const { problem, expected } = this.#parts.strategy;
        if (problem) return problem;
        if (this.#shards.size < expected)
          return `${expected - this.#shards.size} shards are being taken over`;
        if (waiting.length === 0) return undefined;
        const budget = this.#parts.gate.blocked ? '; the daily identify budget is low' : '';
        return `${waiting.length} of ${this.#shards.size} shards are not ready (${waiting.slice(0, 10).join(', ')})${budget}`;
      },
    };
  }

  reading(): FleetReading {
    const nowMs = performance.now();
    const { strategy, gate, limits } = this.#parts;
    const known = limits.known(nowMs);
    const ids = [...this.#acquiring, ...this.#shards.keys()];
    return {
      shards: ids.map((id) =>
        readShard(id, this.#activityOf(id), this.#shards.get(id)?.session.guilds.size, nowMs),
      ),
      expected: strategy.expected,
      configured: this.#parts.shard.count,
      recommended: known.recommendedShards,
      sessionStartsRemaining: known.sessionStartsRemaining,
      infoFailures: limits.failures,
      identifyBlocked: gate.blocked,
      eventsByType: this.#eventsByType,
    };
  }

  #start({ id, epoch, held }: OwnedShard, inherited: Inherited | undefined): void {
    const activity = this.#activityOf(id);
    const nowMs = performance.now();
    // Between processes only the wall clock is common.
    if (inherited?.savedAt !== undefined) activity.onOwned(nowMs, nowMs - (Date.now() - inherited.savedAt));
    const countEvent = (type: string) => this.#countEvent(type);
    const shard = new Shard({ ...this.#parts.shard, id, epoch, held, activity, countEvent }, inherited);
    this.#acquiring.delete(id);
    this.#shards.set(id, shard);
    shard.start();
  }

  #activityOf(id: number): ShardActivity {
    const activity = this.#activities.get(id) ?? new ShardActivity();
    this.#activities.set(id, activity);
    return activity;
  }

  #countEvent(type: string): void {
    this.#eventsByType.set(type, (this.#eventsByType.get(type) ?? 0) + 1);
  }
}

/** @param guilds undefined when it is not known how many there are */
function readShard(
  id: number,
  activity: ShardActivity,
  guilds: number | undefined,
  nowMs: number,
): ShardReading {
  return {
    id,
    state: activity.state,
    heartbeatLatencySeconds: activity.heartbeat.seconds(nowMs),
    // Without a guild nothing is to come and nothing can be asked for: its gap would tell nothing.
    eventGapSeconds: guilds === 0 ? undefined : activity.eventGapSeconds(nowMs),
    guilds,
    events: activity.events,
    sequenceGaps: activity.sequenceGaps,
    eventsLost: activity.eventsLost,
    sessionsLost: activity.sessionsLost,
    identifies: activity.identifies,
    resumes: activity.resumes,
    closes: activity.closes,
  };
}
