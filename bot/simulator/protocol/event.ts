import { GatewayIntentBits } from 'discord-api-types/v10';

/** Something that happened, before it is known which sessions it is for. */
export interface GatewayEvent {
  readonly type: string;
  /** `guild_id >> 22`; 0 for what belongs to no guild and goes to shard 0. */
  readonly shardKey: number;
  /** A session needs one of these intents; 0: none. */
  readonly intents: number;
  /** The payload's `d` as JSON text, for a session with these intents. */
  readonly dataFor: (intents: number) => string;
  readonly eventId: bigint | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export function allows(event: GatewayEvent, intents: number): boolean {
  return event.intents === 0 || (event.intents & intents) !== 0;
}

const INTENTS_OF_TYPES: Readonly<Record<string, { readonly guild: number; readonly direct?: number }>> = {
  MESSAGE_CREATE: { guild: GatewayIntentBits.GuildMessages, direct: GatewayIntentBits.DirectMessages },
  MESSAGE_UPDATE: { guild: GatewayIntentBits.GuildMessages, direct: GatewayIntentBits.DirectMessages },
  MESSAGE_DELETE: { guild: GatewayIntentBits.GuildMessages, direct: GatewayIntentBits.DirectMessages },
  MESSAGE_DELETE_BULK: { guild: GatewayIntentBits.GuildMessages },
  MESSAGE_REACTION_ADD: {
    guild: GatewayIntentBits.GuildMessageReactions,
    direct: GatewayIntentBits.DirectMessageReactions,
  },
  MESSAGE_REACTION_REMOVE: {
    guild: GatewayIntentBits.GuildMessageReactions,
    direct: GatewayIntentBits.DirectMessageReactions,
  },
  TYPING_START: {
    guild: GatewayIntentBits.GuildMessageTyping,
    direct: GatewayIntentBits.DirectMessageTyping,
  },
  VOICE_STATE_UPDATE: { guild: GatewayIntentBits.GuildVoiceStates },
  PRESENCE_UPDATE: { guild: GatewayIntentBits.GuildPresences },
  GUILD_MEMBER_ADD: { guild: GatewayIntentBits.GuildMembers },
  GUILD_MEMBER_UPDATE: { guild: GatewayIntentBits.GuildMembers },
  GUILD_MEMBER_REMOVE: { guild: GatewayIntentBits.GuildMembers },
  GUILD_CREATE: { guild: GatewayIntentBits.Guilds },
  GUILD_UPDATE: { guild: GatewayIntentBits.Guilds },
  GUILD_DELETE: { guild: GatewayIntentBits.Guilds },
  CHANNEL_CREATE: { guild: GatewayIntentBits.Guilds },
  CHANNEL_UPDATE: { guild: GatewayIntentBits.Guilds },
  CHANNEL_DELETE: { guild: GatewayIntentBits.Guilds },
};

/** The intents that let a dispatch of this type through; 0 for types that need none. */
export function intentsOf(type: string, inGuild: boolean): number {
  const intents = INTENTS_OF_TYPES[type];
  return (inGuild ? intents?.guild : intents?.direct) ?? 0;
}
