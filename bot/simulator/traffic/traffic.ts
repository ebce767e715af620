import { CodedError } from '../../../runtime/errors.ts';
import { intentsOf, type GatewayEvent } from '../protocol/event.ts';
import type { Delivery, Sessions } from '../protocol/sessions.ts';
import type { Random } from '../random.ts';
import { isSnowflake } from '../snowflake.ts';
import type { World } from '../world/world.ts';
import type { EventMaker, EventMakerSettings } from './event-maker.ts';
import { GuildPicker } from './guild-picker.ts';
import { DEFAULT_MIX, kindPicker, type TrafficKind, type TrafficMix } from './mix.ts';
import { Pacer } from './pacer.ts';

export interface TrafficSettings {
  readonly eventsPerSecond: number;
  readonly mix?: TrafficMix;
  /** Shards, of the recommended count, whose guilds are silent. */
  readonly quietShards?: readonly number[];
  /** About how long a message's payload is made; 0 leaves it as it comes. */
  readonly payloadBytes?: number;
  /** Share of messages with BLOCKED_WORD, 0 to 1. */
  readonly blockedRatio?: number;
}

export const TRAFFIC_DEFAULTS = { payloadBytes: 0, blockedRatio: 0.01 } as const satisfies EventMakerSettings;

/** One exact event. Exactly one of `shardId` and `guildId` says where it belongs. */
export interface EmitRequest {
  /** All sessions of this shard, whatever their intents are. */
  readonly shardId?: number;
  /** The sessions that see this guild and have the intents. */
  readonly guildId?: string;
  readonly type: string;
  /** The payload's `d`. */
  readonly data: unknown;
}

export interface TrafficParts {
  readonly world: World;
  readonly sessions: Sessions;
  readonly maker: EventMaker;
  readonly random: Random;
  /** What `quietShards` counts by. */
  readonly shardCount: number;
  readonly nowMs: () => number;
}

/** What happens in the guilds: on its own at a rate, or one by one on request. */
export class Traffic {
  readonly #parts: TrafficParts;
  readonly #pacer: Pacer;
  #picker: GuildPicker;
  #pickKind = kindPicker(DEFAULT_MIX);
  #settings: EventMakerSettings = TRAFFIC_DEFAULTS;
  #emitted = 0;

  constructor(parts: TrafficParts) {
    this.#parts = parts;
    this.#picker = new GuildPicker(parts.world.guilds);
    this.#pacer = new Pacer({ nowMs: () => performance.now(), due: (count) => this.#emitSome(count) });
  }

  get status(): { eventsPerSecond: number; emitted: number; skipped: number } {
    const { eventsPerSecond, skipped } = this.#pacer;
    return { eventsPerSecond, emitted: this.#emitted, skipped };
  }

  /**
   * Starts, or goes on with other settings.
   * @throws {CodedError} TRAFFIC_SETTINGS or TRAFFIC_MIX
   */
  start(settings: TrafficSettings): void {
    const { eventsPerSecond, mix = DEFAULT_MIX, quietShards = [] } = settings;
    checkRate(eventsPerSecond);
    const pickKind = kindPicker(mix);
    const { world, shardCount } = this.#parts;
    const loud = world.guilds.filter((guild) => !quietShards.includes(guild.key % shardCount));
    if (loud.length === 0 && eventsPerSecond > 0) {
      throw new CodedError('TRAFFIC_SETTINGS', 'No guild is left to have traffic', {
        expected: 'a guild on a shard that is not quiet',
        got: `${world.guilds.length} guilds, quiet shards ${quietShards.join()}`,
      });
    }
    this.#pickKind = pickKind;
    this.#picker = new GuildPicker(loud);
    this.#settings = {
      payloadBytes: settings.payloadBytes ?? TRAFFIC_DEFAULTS.payloadBytes,
      blockedRatio: settings.blockedRatio ?? TRAFFIC_DEFAULTS.blockedRatio,
    };
    this.#pacer.setRate(eventsPerSecond);
  }

  stop(): void {
    this.#pacer.setRate(0);
  }

  /** @throws {CodedError} TRAFFIC_SETTINGS */
  setRate(eventsPerSecond: number): void {
    checkRate(eventsPerSecond);
    this.#pacer.setRate(eventsPerSecond);
  }

  /** So many events at once. */
  burst(count: number, kind?: TrafficKind, guildId?: string): void {
    const guild = guildId === undefined ? undefined : this.#parts.world.guild(guildId);
    if (guildId !== undefined && !guild) throw new CodedError('TRAFFIC_SETTINGS', `No guild ${guildId}`);
    this.#emitSome(count, kind, guild);
  }

  /**
   * Emits one exact event and says where it went: to no session, or to several where they overlap.
   * @throws {CodedError} TRAFFIC_SETTINGS when it does not say where it belongs
   */
  emit(request: EmitRequest): Delivery[] {
    const { sessions, nowMs } = this.#parts;
    const { shardId, guildId, type } = request;
    if (
      (shardId === undefined) === (guildId === undefined) ||
      (guildId !== undefined && !isSnowflake(guildId))
    ) {
      throw new CodedError('TRAFFIC_SETTINGS', 'emit needs either a shardId or a guildId');
    }
    const data = JSON.stringify(request.data) ?? 'null';
    const event: GatewayEvent = {
      type,
      shardKey: guildId === undefined ? 0 : Number(BigInt(guildId) >> 22n),
      intents: guildId === undefined ? 0 : intentsOf(type, true),
      dataFor: () => data,
      eventId: eventIdOf(request.data),
      createdAt: nowMs(),
    };
    const deliveries = shardId === undefined ? sessions.publish(event) : this.#toShard(shardId, event);
    sessions.flush();
    return deliveries;
  }

  #toShard(shardId: number, event: GatewayEvent): Delivery[] {
    const { sessions } = this.#parts;
    const ofShard = [...sessions.all()].filter((session) => session.shardId === shardId);
    return ofShard.map((session) => ({ sessionId: session.id, sequence: sessions.append(session, event) }));
  }

  #emitSome(count: number, kind?: TrafficKind, guild?: ReturnType<World['guild']>): void {
    const { sessions, maker, random, nowMs } = this.#parts;
    const createdAt = nowMs();
    for (let index = 0; index < count; index += 1) {
      const where = guild ?? this.#picker.pick(random);
      if (!where) break;
      sessions.publish(maker.make(kind ?? this.#pickKind(random), where, createdAt, this.#settings));
      this.#emitted += 1;
    }
    sessions.flush();
  }
}

function checkRate(eventsPerSecond: number): void {
  if (eventsPerSecond >= 0 && Number.isFinite(eventsPerSecond)) return;
  throw new CodedError('TRAFFIC_SETTINGS', `eventsPerSecond must be 0 or more, not ${eventsPerSecond}`);
}

function eventIdOf(data: unknown): bigint | undefined {
  if (typeof data !== 'object' || data === null || !('id' in data)) return undefined;
  return isSnowflake(data.id) ? BigInt.asUintN(64, BigInt(data.id)) : undefined;
}
