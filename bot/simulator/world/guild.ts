const ID_SHIFT = 22n;
/**
 * `id >> 22` of the first guild: a moment of 2021, and a multiple of every number up to 16, so that
 * guild n is on shard `n % shard count` for every common count.
 */
const FIRST_KEY = 720_720 * 270_000;

export const CATEGORY_OFFSET = 1;
export const FIRST_TEXT_OFFSET = 2;
export const TEXT_CHANNELS = 4;
export const FIRST_VOICE_OFFSET = FIRST_TEXT_OFFSET + TEXT_CHANNELS;
export const VOICE_CHANNELS = 2;
export const FIRST_ROLE_OFFSET = 64;
export const ROLES = 3;

const MAX_MEMBERS = 1_000;
const MIN_MEMBERS = 5;

export interface Guild {
  /** From 0, the busiest first. */
  readonly index: number;
  readonly id: string;
  /** `id >> 22` */
  readonly key: number;
  readonly name: string;
  /** The bot and this many others. */
  readonly users: number;
  readonly textChannels: readonly string[];
  readonly voiceChannels: readonly string[];
}

/** Guilds and all in them are the same in every run: ids follow from the guild's number. */
export function createGuild(index: number): Guild {
  const key = FIRST_KEY + index;
  return {
    index,
    id: partId(key, 0),
    key,
    name: `Guild ${index}`,
    users: Math.max(Math.round(MAX_MEMBERS / Math.sqrt(index + 1)), MIN_MEMBERS),
    textChannels: Array.from({ length: TEXT_CHANNELS }, (_, n) => partId(key, FIRST_TEXT_OFFSET + n)),
    voiceChannels: Array.from({ length: VOICE_CHANNELS }, (_, n) => partId(key, FIRST_VOICE_OFFSET + n)),
  };
}

/** The id of a channel or role of the guild. */
export function partId(guildKey: number, offset: number): string {
  return String((BigInt(guildKey) << ID_SHIFT) | BigInt(offset));
}

/** The index of the guild that an id of a guild, channel or role belongs to; may name none that exists. */
export function guildIndexOf(id: string): number {
  return Number(BigInt(id) >> ID_SHIFT) - FIRST_KEY;
}
