import { GatewayOpcodes } from 'discord-api-types/v10';

import { HeartbeatLatency } from './heartbeat-latency.ts';

/** States of a shard as they are exported; exactly one at a time. */
export const SHARD_STATES = ['idle', 'connecting', 'identifying', 'resuming', 'ready', 'closed'] as const;
export type ShardState = (typeof SHARD_STATES)[number];

/** Label of connections that this side ended. */
const LOCAL_CLOSE = 'local';

/**
 * What one shard did and when: counters since the process started, times on the monotonic clock. It
 * outlives the shard, so that nothing counts from 0 again where the process gets the shard back.
 */
export class ShardActivity {
  state: ShardState = 'idle';
  events = 0;
  sequenceGaps = 0;
  eventsLost = 0;
  sessionsLost = 0;
  identifies = 0;
  resumes = 0;
  readonly closes = new Map<string, number>([[LOCAL_CLOSE, 0]]);
  heartbeat = new HeartbeatLatency();
  #quietSinceMs: number | undefined;

  /**
   * The process has the shard from here on.
   * @param lastSeenAtMs when the last owner noted that it lived: within a second after its last dispatch
   *   on a busy shard, within 20 s of its end on a quiet one
   */
  onOwned(nowMs: number, lastSeenAtMs = nowMs): void {
    this.state = 'idle';
    this.heartbeat = new HeartbeatLatency();
    this.#quietSinceMs = Math.min(nowMs, lastSeenAtMs);
  }

  onSent(opcode: GatewayOpcodes, nowMs: number): void {
    if (opcode === GatewayOpcodes.Heartbeat) this.heartbeat.onSent(nowMs);
    if (opcode === GatewayOpcodes.Identify) this.identifies += 1;
  }

  /** READY or RESUMED. */
  onReady(): void {
    this.state = 'ready';
    this.heartbeat.onReady();
  }

  /** A dispatch that shows that events come through; READY and RESUMED do not. */
  onEvent(nowMs: number): void {
    this.#quietSinceMs = nowMs;
  }

  /** @param code the close code that was received; undefined when this side closed */
  onConnectionEnd(nowMs: number, code: number | undefined): void {
    this.state = 'closed';
    this.heartbeat.onConnectionEnd(nowMs);
    const label = code === undefined ? LOCAL_CLOSE : String(code);
    this.closes.set(label, (this.closes.get(label) ?? 0) + 1);
  }

  /** When the last dispatch came; before the first one, when the shard was taken over. */
  get quietSinceMs(): number | undefined {
    return this.#quietSinceMs;
  }

  /** Seconds since the last dispatch, as far as it is known; undefined before the shard is owned. */
  eventGapSeconds(nowMs: number): number | undefined {
    return this.#quietSinceMs === undefined ? undefined : (nowMs - this.#quietSinceMs) / 1_000;
  }
}
