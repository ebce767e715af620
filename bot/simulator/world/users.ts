const ID_SHIFT = 22n;
const USERS = 1_000;
/** `id >> 22` of the first user: a moment of 2019. */
const FIRST_USER_KEY = 126_000_000_000;

export const BOT_USER_ID = String(BigInt(FIRST_USER_KEY - 1) << ID_SHIFT);
export const APPLICATION_ID = String(BigInt(FIRST_USER_KEY - 2) << ID_SHIFT);
const JOINED_AT = '2023-05-01T12:00:00.000000+00:00';

export interface SimulatedUser {
  readonly id: string;
  readonly username: string;
  /** JSON text, made once because it stands in almost every event. */
  readonly json: string;
  /** A guild member's fields without the user, JSON text. */
  readonly memberJson: string;
}

export function createUsers(): SimulatedUser[] {
  return Array.from({ length: USERS }, (_, index) => {
    const number = String(index).padStart(4, '0');
    return createUser(String(BigInt(FIRST_USER_KEY + index) << ID_SHIFT), `user${number}`, false);
  });
}

export function botUser(): SimulatedUser {
  return createUser(BOT_USER_ID, 'shardwatch', true);
}

/** The place in the list of users; may lie outside of it. */
export function userIndexOf(id: string): number {
  return Number(BigInt(id) >> ID_SHIFT) - FIRST_USER_KEY;
}

function createUser(id: string, username: string, bot: boolean): SimulatedUser {
  const user = {
    username,
    public_flags: 0,
    primary_guild: null,
    id,
    global_name: bot ? null : `User ${username.slice(-4)}`,
    display_name_styles: null,
    discriminator: bot ? '0001' : '0',
    collectibles: null,
    clan: null,
    avatar_decoration_data: null,
    avatar: null,
    ...(bot ? { bot: true } : {}),
  };
  const member = {
    roles: [],
    premium_since: null,
    pending: false,
    nick: null,
    mute: false,
    joined_at: JOINED_AT,
    flags: 0,
    deaf: false,
    communication_disabled_until: null,
    banner: null,
    avatar: null,
  };
  return { id, username, json: JSON.stringify(user), memberJson: JSON.stringify(member) };
}
