import { GatewayCloseCodes, GatewayIntentBits } from 'discord-api-types/v10';

import { membersChunkEvent } from '../world/member-events.ts';
import type { Guild } from '../world/guild.ts';
import type { SimulatedUser } from '../world/users.ts';
import type { World } from '../world/world.ts';
import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { isRecord } from './is-record.ts';
import type { Session } from './session.ts';

const MEMBERS_PER_CHUNK = 1_000;
const MAX_ANSWERED = 100;
const MAX_NONCE_BYTES = 32;

/** Op 8: GUILD_MEMBERS_CHUNKs for some users, for a prefix, or for the whole list. */
export function requestGuildMembers(
  context: GatewayContext,
  connection: Connection,
  session: Session,
  d: unknown,
): void {
  const { connections, faults, options, sessions, world } = context;
  const request = readRequest(d);
  if (!request) {
    connections.close(connection, GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
    return;
  }
  if (faults.take('unansweredRequest', session.shardId)) return;
  const guild = world.guild(request.guildId);
  // Discord answers nothing for a guild that this shard does not see.
  if (!guild || guild.key % session.shardCount !== session.shardId) return;
  const wholeList = !request.userIds && request.query === '' && request.limit === 0;
  const needsIntent = wholeList && options.requireGuildMembersIntent;
  if (needsIntent && !(session.intents & GatewayIntentBits.GuildMembers)) {
    connections.close(connection, GatewayCloseCodes.DisallowedIntents, 'Disallowed intent(s).');
    return;
  }
  const { found, notFound } = findMembers(world, guild, request);
  const createdAt = context.nowMs();
  const count = Math.max(Math.ceil(found.length / MEMBERS_PER_CHUNK), 1);
  for (let index = 0; index < count; index += 1) {
    const members = found.slice(index * MEMBERS_PER_CHUNK, (index + 1) * MEMBERS_PER_CHUNK);
    const chunk = { guild, members, index, count, notFound, nonce: request.nonce, createdAt };
    sessions.append(session, membersChunkEvent(chunk));
  }
  sessions.flush();
}

interface MembersRequest {
  readonly guildId: string;
  readonly userIds: readonly string[] | undefined;
  readonly query: string;
  readonly limit: number;
  readonly nonce: string | undefined;
}

function readRequest(d: unknown): MembersRequest | undefined {
  if (!isRecord(d)) return undefined;
  const { guild_id: guildId, user_ids: userIds, query, limit, nonce } = d;
  if (typeof guildId !== 'string') return undefined;
  if (userIds === undefined && typeof query !== 'string') return undefined;
  const sayable = typeof nonce === 'string' && Buffer.byteLength(nonce) <= MAX_NONCE_BYTES;
  return {
    guildId,
    userIds: userIds === undefined ? undefined : [userIds].flat().map(String),
    query: typeof query === 'string' ? query : '',
    limit: typeof limit === 'number' ? limit : 0,
    nonce: sayable ? nonce : undefined,
  };
}

function findMembers(
  world: World,
  guild: Guild,
  { userIds, query, limit }: MembersRequest,
): { found: SimulatedUser[]; notFound: string[] } {
  if (userIds) {
    const asked = userIds.slice(0, MAX_ANSWERED);
    const found = asked.map((id) => world.memberById(guild, id)).filter((member) => member !== undefined);
    return { found, notFound: asked.filter((id) => !world.memberById(guild, id)) };
  }
  const all = [world.bot, ...Array.from({ length: guild.users }, (_, n) => world.member(guild, n))];
  const matching = all.filter(({ username }) => username.startsWith(query.toLowerCase()));
  const atMost = query === '' && limit === 0 ? Infinity : Math.min(limit || MAX_ANSWERED, MAX_ANSWERED);
  return { found: matching.slice(0, atMost), notFound: [] };
}
