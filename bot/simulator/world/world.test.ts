import { expect, test } from 'vitest';

import { shardOf, SnowflakeMaker, snowflakeTimeMs } from '../snowflake.ts';
import { World } from './world.ts';

test('guilds spread evenly over the shards, and shards are found from ids as Discord does', () => {
  const world = new World(48);
  for (const count of [1, 2, 3, 4, 8, 16]) {
    for (let shard = 0; shard < count; shard += 1) {
      const guilds = world.guildsOfShard(shard, count);
      expect(guilds).toHaveLength(48 / count);
      expect(guilds.every(({ id }) => shardOf(id, count) === shard)).toBe(true);
    }
  }
});

test('a guild is found by its id and by those of its channels, and nothing by others', () => {
  const world = new World(3);
  const guild = world.guilds[2]!;
  expect([guild.id, ...guild.textChannels, ...guild.voiceChannels].map((id) => world.guildOf(id))).toEqual(
    Array(7).fill(guild),
  );
  expect(world.guild(guild.textChannels[0])).toBeUndefined();
  expect([world.guildOf('1'), world.guildOf('x'), world.guildOf(undefined)]).toEqual(
    Array(3).fill(undefined),
  );
});

test('members are the bot and as many users as the guild has', () => {
  const world = new World(200);
  const guild = world.guilds[150]!;
  const members = world.users.filter(({ id }) => world.memberById(guild, id));
  expect(members).toHaveLength(guild.users);
  expect(members).toContain(world.member(guild, guild.users - 1));
  expect(world.memberById(guild, world.bot.id)).toBe(world.bot);
});

test('snowflakes carry the time, rise, and do not repeat when the clock stands or goes back', () => {
  const maker = new SnowflakeMaker();
  const nowMs = Date.UTC(2026, 0, 1);
  const ids = [nowMs, nowMs, nowMs + 1, nowMs - 500].map((ms) => maker.next(ms));
  expect(snowflakeTimeMs(String(ids[0]))).toBe(nowMs);
  expect(ids.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
