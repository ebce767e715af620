import { GatewayIntentBits } from 'discord-api-types/v10';

import type { GatewayEvent } from '../protocol/event.ts';
import type { Guild } from './guild.ts';
import type { SimulatedUser } from './users.ts';

/** A member with the user inside, JSON text. */
export function memberJson(user: SimulatedUser): string {
  return `${user.memberJson.slice(0, -1)},"user":${user.json}}`;
}

export interface MembersChunk {
  readonly guild: Guild;
  readonly members: readonly SimulatedUser[];
  readonly index: number;
  readonly count: number;
  readonly notFound: readonly string[];
  readonly nonce: string | undefined;
  readonly createdAt: number;
}

export function membersChunkEvent(chunk: MembersChunk): GatewayEvent {
  const { guild, members, index, count, notFound, nonce, createdAt } = chunk;
  const rest = {
    guild_id: guild.id,
    chunk_index: index,
    chunk_count: count,
    ...(notFound.length > 0 ? { not_found: notFound } : {}),
    ...(nonce === undefined ? {} : { nonce }),
  };
  const data = `{"members":[${members.map(memberJson).join()}],${JSON.stringify(rest).slice(1)}`;
  return {
    type: 'GUILD_MEMBERS_CHUNK',
    shardKey: guild.key,
    intents: 0,
    dataFor: () => data,
    eventId: undefined,
    createdAt,
  };
}

export interface VoiceState {
  readonly guild: Guild;
  readonly user: SimulatedUser;
  /** Null: left. */
  readonly channelId: string | null;
  readonly createdAt: number;
}

export function voiceStateEvent({ guild, user, channelId, createdAt }: VoiceState): GatewayEvent {
  const channel = channelId === null ? 'null' : `"${channelId}"`;
  const data =
    `{"member":${memberJson(user)},"user_id":"${user.id}","suppress":false,"session_id":"voice${user.id}",` +
    `"self_video":false,"self_mute":false,"self_deaf":false,"request_to_speak_timestamp":null,"mute":false,` +
    `"guild_id":"${guild.id}","deaf":false,"channel_id":${channel}}`;
  return {
    type: 'VOICE_STATE_UPDATE',
    shardKey: guild.key,
    intents: GatewayIntentBits.GuildVoiceStates,
    dataFor: () => data,
    eventId: undefined,
    createdAt,
  };
}

export function memberUpdateEvent(guild: Guild, member: object, createdAt: number): GatewayEvent {
  const data = JSON.stringify({ ...member, guild_id: guild.id });
  return {
    type: 'GUILD_MEMBER_UPDATE',
    shardKey: guild.key,
    intents: GatewayIntentBits.GuildMembers,
    dataFor: () => data,
    eventId: undefined,
    createdAt,
  };
}
