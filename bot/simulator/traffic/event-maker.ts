import { GatewayIntentBits } from 'discord-api-types/v10';

import type { GatewayEvent } from '../protocol/event.ts';
import type { Random } from '../random.ts';
import type { Interactions } from '../rest/interactions.ts';
import type { SnowflakeMaker } from '../snowflake.ts';
import type { Guild } from '../world/guild.ts';
import { COMMANDS, interactionEvent } from '../world/interaction-events.ts';
import { memberJson, voiceStateEvent } from '../world/member-events.ts';
import { messageDeleteEvent, messageEvent } from '../world/message-events.ts';
import type { SimulatedUser } from '../world/users.ts';
import type { World } from '../world/world.ts';
import { createContent, type Content } from './content.ts';
import type { TrafficKind } from './mix.ts';

/** Ids of messages that can still be edited and deleted. */
const KEPT_MESSAGES = 1_024;

export interface EventMakerParts {
  readonly world: World;
  readonly random: Random;
  readonly snowflakes: SnowflakeMaker;
  readonly interactions: Interactions;
}

export interface EventMakerSettings {
  /** Share of messages with the blocked word, 0 to 1. */
  readonly blockedRatio: number;
  /** About how long a message's payload is; 0: as it comes. */
  readonly payloadBytes: number;
}

interface KeptMessage {
  readonly guild: Guild;
  readonly channelId: string;
  readonly author: SimulatedUser;
  readonly id: bigint;
}

/** Makes what people do in a guild. */
export class EventMaker {
  readonly #parts: EventMakerParts;
  readonly #content: Content;
  readonly #kept: KeptMessage[] = [];
  /** Users in voice channels: who is there leaves or moves, who is not joins. */
  readonly #inVoice = new Map<string, string>();
  #nextKept = 0;

  constructor(parts: EventMakerParts) {
    this.#parts = parts;
    this.#content = createContent(parts.random);
  }

  make(kind: TrafficKind, guild: Guild, createdAt: number, settings: EventMakerSettings): GatewayEvent {
    if (kind === 'message') return this.#message(guild, createdAt, settings);
    if (kind === 'messageUpdate') return this.#messageUpdate(guild, createdAt, settings);
    if (kind === 'messageDelete') return this.#messageDelete(guild, createdAt);
    if (kind === 'voice') return this.#voice(guild, createdAt);
    if (kind === 'interaction') return this.#interaction(guild, createdAt);
    return kind === 'reaction' ? this.#reaction(guild, createdAt) : this.#typing(guild, createdAt);
  }

  #message(guild: Guild, createdAt: number, settings: EventMakerSettings): GatewayEvent {
    const message = {
      guild,
      channelId: this.#pick(guild.textChannels),
      author: this.#member(guild),
      id: this.#parts.snowflakes.next(createdAt),
    };
    this.#kept[this.#nextKept] = message;
    this.#nextKept = (this.#nextKept + 1) % KEPT_MESSAGES;
    const { blockedRatio, payloadBytes: padToBytes } = settings;
    const blocked = this.#parts.random() < blockedRatio;
    const contentJson = this.#pick(blocked ? this.#content.blocked : this.#content.ordinary);
    return messageEvent({ ...message, contentJson, createdAt, padToBytes });
  }

  #messageUpdate(guild: Guild, createdAt: number, { payloadBytes }: EventMakerSettings): GatewayEvent {
    const message = this.#keptMessage(guild, createdAt);
    const contentJson = this.#pick(this.#content.ordinary);
    return messageEvent({ ...message, contentJson, createdAt, padToBytes: payloadBytes, edited: true });
  }

  #messageDelete(guild: Guild, createdAt: number): GatewayEvent {
    const { id, channelId, guild: where } = this.#keptMessage(guild, createdAt);
    return messageDeleteEvent(where, channelId, id, createdAt);
  }

  /** One of the latest messages of the guild, or of one that nobody saw being written. */
  #keptMessage(guild: Guild, createdAt: number): KeptMessage {
    const kept = this.#kept.length > 0 ? this.#pick(this.#kept) : undefined;
    if (kept?.guild === guild) return kept;
    const id = this.#parts.snowflakes.next(createdAt);
    return { guild, channelId: this.#pick(guild.textChannels), author: this.#member(guild), id };
  }

  #voice(guild: Guild, createdAt: number): GatewayEvent {
    const user = this.#member(guild);
    const key = `${guild.id}/${user.id}`;
    const leaves = this.#inVoice.has(key) && this.#parts.random() < 0.6;
    const channelId = leaves ? null : this.#pick(guild.voiceChannels);
    if (channelId === null) this.#inVoice.delete(key);
    else this.#inVoice.set(key, channelId);
    return voiceStateEvent({ guild, user, channelId, createdAt });
  }

  #interaction(guild: Guild, createdAt: number): GatewayEvent {
    const id = this.#parts.snowflakes.next(createdAt);
    const token = `interaction-token-${id}`;
    const command = this.#pick(COMMANDS);
    this.#parts.interactions.create(String(id), token, command, createdAt);
    const channelId = this.#pick(guild.textChannels);
    return interactionEvent({ id, token, command, guild, channelId, user: this.#member(guild), createdAt });
  }

  #reaction(guild: Guild, createdAt: number): GatewayEvent {
    const { id, channelId, author } = this.#keptMessage(guild, createdAt);
    const user = this.#member(guild);
    const data =
      `{"user_id":"${user.id}","type":0,"message_id":"${id}","message_author_id":"${author.id}",` +
      `"member":${memberJson(user)},"emoji":{"name":"👍","id":null},"channel_id":"${channelId}","burst":false,` +
      `"guild_id":"${guild.id}"}`;
    const intents = GatewayIntentBits.GuildMessageReactions;
    return {
      type: 'MESSAGE_REACTION_ADD',
      shardKey: guild.key,
      intents,
      dataFor: () => data,
      eventId: id,
      createdAt,
    };
  }

  #typing(guild: Guild, createdAt: number): GatewayEvent {
    const user = this.#member(guild);
    const data =
      `{"user_id":"${user.id}","timestamp":${Math.floor(createdAt / 1_000)},"member":${memberJson(user)},` +
      `"channel_id":"${this.#pick(guild.textChannels)}","guild_id":"${guild.id}"}`;
    const intents = GatewayIntentBits.GuildMessageTyping;
    const eventId = undefined;
    return { type: 'TYPING_START', shardKey: guild.key, intents, dataFor: () => data, eventId, createdAt };
  }

  #member(guild: Guild): SimulatedUser {
    return this.#parts.world.member(guild, Math.floor(this.#parts.random() * guild.users));
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#parts.random() * list.length)]!;
  }
}
