import { isSnowflake } from '../snowflake.ts';
import { createGuild, guildIndexOf, type Guild } from './guild.ts';
import { BOT_USER_ID, botUser, createUsers, userIndexOf, type SimulatedUser } from './users.ts';

/** Everybody and everything that the bot can see: made-up, and the same in every run. */
export class World {
  readonly guilds: readonly Guild[];
  readonly users: readonly SimulatedUser[] = createUsers();
  readonly bot = botUser();

  constructor(guildCount: number) {
    this.guilds = Array.from({ length: guildCount }, (_, index) => createGuild(index));
  }

  /** The guild that has this id, or that the channel with this id is in. */
  guildOf(id: unknown): Guild | undefined {
    return isSnowflake(id) ? this.guilds[guildIndexOf(id)] : undefined;
  }

  guild(id: unknown): Guild | undefined {
    const guild = this.guildOf(id);
    return guild?.id === id ? guild : undefined;
  }

  guildsOfShard(shardId: number, shardCount: number): Guild[] {
    return this.guilds.filter((guild) => guild.key % shardCount === shardId);
  }

  /** A member of the guild, from 0; the users of a guild are neighbours in the list of all users. */
  member(guild: Guild, number: number): SimulatedUser {
    return this.users[(guild.index * 7 + number) % this.users.length]!;
  }

  /** The bot and the made-up users; undefined for anybody else. */
  memberById(guild: Guild, userId: string): SimulatedUser | undefined {
    if (userId === BOT_USER_ID) return this.bot;
    const index = isSnowflake(userId) ? userIndexOf(userId) : -1;
    const user = this.users[index];
    if (!user || user.id !== userId) return undefined;
    const number = (index - guild.index * 7) % this.users.length;
    return (number < 0 ? number + this.users.length : number) < guild.users ? user : undefined;
  }
}
