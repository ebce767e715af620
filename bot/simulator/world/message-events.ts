import { GatewayIntentBits } from 'discord-api-types/v10';

import type { GatewayEvent } from '../protocol/event.ts';
import type { Guild } from './guild.ts';
import type { SimulatedUser } from './users.ts';

export interface Message {
  readonly id: bigint;
  readonly guild: Guild;
  readonly channelId: string;
  readonly author: SimulatedUser;
  /** JSON text of a string. */
  readonly contentJson: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly edited?: boolean;
  /** The whole payload is made about this long by lengthening the content; 0: as it is. */
  readonly padToBytes?: number;
}

const NO_CONTENT = '""';
/** What Discord allows a message's content to be, with room for an escape. */
const MAX_CONTENT = 3_990;
const PADDING = '.'.repeat(MAX_CONTENT);

/** MESSAGE_CREATE or MESSAGE_UPDATE; without the MESSAGE_CONTENT intent its content is empty. */
export function messageEvent(message: Message): GatewayEvent {
  return {
    type: message.edited ? 'MESSAGE_UPDATE' : 'MESSAGE_CREATE',
    shardKey: message.guild.key,
    intents: GatewayIntentBits.GuildMessages,
    dataFor: (intents) =>
      messageJson(message, intents & GatewayIntentBits.MessageContent ? message.contentJson : NO_CONTENT),
    eventId: message.id,
    createdAt: message.createdAt,
  };
}

/** A message as the gateway sends it, JSON text. */
export function messageJson(message: Message, contentJson = message.contentJson): string {
  const { author, channelId, guild } = message;
  const id = String(message.id);
  const timestamp = isoTime(message.createdAt);
  const before =
    `{"type":0,"tts":false,"timestamp":"${timestamp}","pinned":false,"nonce":"${id}","mentions":[],` +
    `"mention_roles":[],"mention_everyone":false,"member":${author.memberJson},"id":"${id}","flags":0,` +
    `"embeds":[],"edited_timestamp":${message.edited ? `"${timestamp}"` : 'null'},"content":`;
  const after =
    `,"components":[],"channel_type":0,"channel_id":"${channelId}","author":${author.json},` +
    `"attachments":[],"guild_id":"${guild.id}"}`;
  const missing = (message.padToBytes ?? 0) - before.length - contentJson.length - after.length;
  const content = missing > 0 ? `${contentJson.slice(0, -1)}${PADDING.slice(0, missing)}"` : contentJson;
  return before + content + after;
}

export function messageDeleteEvent(
  guild: Guild,
  channelId: string,
  id: bigint,
  createdAt: number,
): GatewayEvent {
  const data = `{"id":"${id}","channel_id":"${channelId}","guild_id":"${guild.id}"}`;
  return {
    type: 'MESSAGE_DELETE',
    shardKey: guild.key,
    intents: GatewayIntentBits.GuildMessages,
    dataFor: () => data,
    eventId: id,
    createdAt,
  };
}

let lastMs = 0;
let lastText = '';

/** Many events share a millisecond, and the text costs more than the rest of the event. */
function isoTime(ms: number): string {
  const wholeMs = Math.floor(ms);
  if (wholeMs !== lastMs) {
    lastMs = wholeMs;
    lastText = new Date(wholeMs).toISOString().replace('Z', '000+00:00');
  }
  return lastText;
}
