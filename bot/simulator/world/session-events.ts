import type { GatewayEvent } from '../protocol/event.ts';
import {
  CATEGORY_OFFSET,
  FIRST_ROLE_OFFSET,
  partId,
  ROLES,
  TEXT_CHANNELS,
  VOICE_CHANNELS,
  type Guild,
} from './guild.ts';
import { APPLICATION_ID, type SimulatedUser } from './users.ts';
import type { World } from './world.ts';

const TEXT_CHANNEL = 0;
const VOICE_CHANNEL = 2;
const CATEGORY = 4;
/** Members that a GUILD_CREATE names; the rest comes by op 8, as at Discord for large guilds. */
const LISTED_MEMBERS = 5;
const BOT_FLAGS = 0;
const API_VERSION = 10;

export interface ReadyParts {
  readonly bot: SimulatedUser;
  readonly guilds: readonly Guild[];
  readonly session: { readonly id: string; readonly shardId: number; readonly shardCount: number };
  readonly resumeUrl: string;
  readonly createdAt: number;
}

export function readyEvent({ bot, guilds, session, resumeUrl, createdAt }: ReadyParts): GatewayEvent {
  const data = JSON.stringify({
    v: API_VERSION,
    user_settings: {},
    user: { ...(JSON.parse(bot.json) as object), verified: true, mfa_enabled: false, email: null, flags: 0 },
    session_type: 'normal',
    session_id: session.id,
    resume_gateway_url: resumeUrl,
    relationships: [],
    private_channels: [],
    presences: [],
    guilds: guilds.map(({ id }) => ({ unavailable: true, id })),
    guild_join_requests: [],
    geo_ordered_rtc_regions: [],
    game_relationships: [],
    auth: {},
    application: { id: APPLICATION_ID, flags: BOT_FLAGS },
    shard: [session.shardId, session.shardCount],
    _trace: [],
  });
  return { type: 'READY', shardKey: 0, intents: 0, dataFor: () => data, eventId: undefined, createdAt };
}

export function resumedEvent(createdAt: number): GatewayEvent {
  const dataFor = () => '{"_trace":[]}';
  return { type: 'RESUMED', shardKey: 0, intents: 0, dataFor, eventId: undefined, createdAt };
}

export function guildCreateEvent(world: World, guild: Guild, createdAt: number): GatewayEvent {
  const data = JSON.stringify(guildCreate(world, guild));
  return {
    type: 'GUILD_CREATE',
    shardKey: guild.key,
    intents: 1,
    dataFor: () => data,
    eventId: BigInt(guild.id),
    createdAt,
  };
}

function guildCreate(world: World, guild: Guild): object {
  const members = [world.bot, ...Array.from({ length: LISTED_MEMBERS }, (_, n) => world.member(guild, n))];
  return {
    ...guildObject(guild, world.member(guild, 0).id),
    joined_at: '2023-05-01T12:00:00.000000+00:00',
    large: guild.users > 250,
    unavailable: false,
    member_count: guild.users + 1,
    voice_states: [],
    members: members.map(({ json, memberJson }) => ({
      ...(JSON.parse(memberJson) as object),
      user: JSON.parse(json) as object,
    })),
    channels: channelsOf(guild),
    threads: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

/** A guild as REST shows it. */
export function guildObject(guild: Guild, ownerId: string): object {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    owner_id: ownerId,
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 1,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    roles: rolesOf(guild),
    emojis: [],
    features: [],
    mfa_level: 0,
    application_id: null,
    system_channel_id: guild.textChannels[0],
    system_channel_flags: 0,
    rules_channel_id: null,
    max_presences: null,
    max_members: 500_000,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: 'en-US',
    public_updates_channel_id: null,
    nsfw_level: 0,
    premium_progress_bar_enabled: false,
    safety_alerts_channel_id: null,
    stickers: [],
  };
}

/** All permissions that the reference bot needs. */
const PERMISSIONS = '2251799813685247';

function rolesOf(guild: Guild): object[] {
  const everyone = roleObject(guild.id, '@everyone', 0);
  const named = Array.from({ length: ROLES }, (_, n) =>
    roleObject(partId(guild.key, FIRST_ROLE_OFFSET + n), `role ${n}`, n + 1),
  );
  return [everyone, ...named];
}

function roleObject(id: string, name: string, position: number): object {
  return {
    id,
    name,
    permissions: PERMISSIONS,
    position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: false,
    mentionable: false,
    icon: null,
    unicode_emoji: null,
    flags: 0,
  };
}

function channelsOf(guild: Guild): object[] {
  const category = partId(guild.key, CATEGORY_OFFSET);
  const channel = (id: string, type: number, name: string, position: number) => ({
    ...channelObject(id, type, name, position),
    parent_id: type === CATEGORY ? null : category,
  });
  return [
    channel(category, CATEGORY, 'general', 0),
    ...guild.textChannels.map((id, n) => channel(id, TEXT_CHANNEL, `text-${n}`, n)),
    ...guild.voiceChannels.map((id, n) => channel(id, VOICE_CHANNEL, `voice ${n}`, TEXT_CHANNELS + n)),
  ].slice(0, 1 + TEXT_CHANNELS + VOICE_CHANNELS);
}

function channelObject(id: string, type: number, name: string, position: number): object {
  const shared = { id, type, name, position, flags: 0, permission_overwrites: [] };
  if (type === TEXT_CHANNEL) {
    return { ...shared, topic: null, nsfw: false, rate_limit_per_user: 0, last_message_id: null };
  }
  if (type === VOICE_CHANNEL) {
    return { ...shared, bitrate: 64_000, user_limit: 0, rtc_region: null, nsfw: false };
  }
  return shared;
}

/** A channel as REST shows it; undefined when the guild has no such channel. */
export function channelOf(guild: Guild, channelId: string): object | undefined {
  const text = guild.textChannels.indexOf(channelId);
  if (text !== -1) {
    return { ...channelObject(channelId, TEXT_CHANNEL, `text-${text}`, text), guild_id: guild.id };
  }
  const voice = guild.voiceChannels.indexOf(channelId);
  if (voice === -1) return undefined;
  return { ...channelObject(channelId, VOICE_CHANNEL, `voice ${voice}`, voice), guild_id: guild.id };
}
