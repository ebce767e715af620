import { memberJson, memberUpdateEvent } from '../world/member-events.ts';
import { messageDeleteEvent, messageEvent, messageJson } from '../world/message-events.ts';
import { channelOf, guildObject } from '../world/session-events.ts';
import { isSnowflake } from '../snowflake.ts';
import { ERRORS, fail, NO_CONTENT, ok, type Reply } from './reply.ts';
import type { RestContext } from './rest-context.ts';
import type { Route, RouteRequest } from './route-table.ts';

/** Ids of deleted messages that are remembered. */
const KEPT_DELETED = 100_000;
const MAX_CONTENT = 2_000;

/** What a bot does in guilds. What changes something is dispatched too, as at Discord. */
export function guildRoutes(context: RestContext): Route[] {
  const { world } = context;
  const deleted = new Set<string>();
  return [
    {
      method: 'POST',
      path: '/channels/:channelId/messages',
      limit: { count: 5, windowMs: 5_000 },
      answer: (request) => createMessage(context, request),
    },
    {
      method: 'DELETE',
      path: '/channels/:channelId/messages/:messageId',
      limit: { count: 5, windowMs: 1_000 },
      answer: (request) => deleteMessage(context, deleted, request),
    },
    { method: 'POST', path: '/channels/:channelId/typing', answer: () => NO_CONTENT },
    {
      method: 'GET',
      path: '/channels/:channelId',
      answer: ({ params }) => {
        const id = params['channelId'] ?? '';
        const guild = world.guildOf(id);
        const channel = guild && channelOf(guild, id);
        return channel ? ok(channel) : fail(ERRORS.unknownChannel);
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guildId',
      answer: ({ params }) => {
        const guild = world.guild(params['guildId']);
        return guild ? ok(guildObject(guild, world.member(guild, 0).id)) : fail(ERRORS.unknownGuild);
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guildId/members/:userId',
      answer: ({ params }) => {
        const guild = world.guild(params['guildId']);
        if (!guild) return fail(ERRORS.unknownGuild);
        const member = world.memberById(guild, params['userId'] ?? '');
        return member ? ok(memberJson(member)) : fail(ERRORS.unknownMember);
      },
    },
    {
      method: 'PATCH',
      path: '/guilds/:guildId/members/:userId',
      limit: { count: 10, windowMs: 10_000 },
      answer: (request) => changeMember(context, request),
    },
  ];
}

function createMessage(context: RestContext, { params, body, nowMs }: RouteRequest): Reply {
  const { world, sessions, snowflakes } = context;
  const channelId = params['channelId'] ?? '';
  const guild = world.guildOf(channelId);
  if (!guild || !channelOf(guild, channelId)) return fail(ERRORS.unknownChannel);
  const { content = '', embeds, components, poll } = body as Readonly<Record<string, unknown>>;
  if (typeof content !== 'string' || content.length > MAX_CONTENT) return fail(ERRORS.invalidForm);
  if (content === '' && !embeds && !components && !poll) return fail(ERRORS.emptyMessage);
  const message = {
    id: snowflakes.next(nowMs),
    guild,
    channelId,
    author: world.bot,
    contentJson: JSON.stringify(content),
    createdAt: nowMs,
  };
  sessions.publish(messageEvent(message));
  sessions.flush();
  return ok(messageJson(message));
}

function deleteMessage(
  { world, sessions }: RestContext,
  deleted: Set<string>,
  { params, nowMs }: RouteRequest,
): Reply {
  const channelId = params['channelId'] ?? '';
  const messageId = params['messageId'] ?? '';
  const guild = world.guildOf(channelId);
  if (!guild || !channelOf(guild, channelId)) return fail(ERRORS.unknownChannel);
  if (!isSnowflake(messageId) || deleted.has(messageId)) return fail(ERRORS.unknownMessage);
  deleted.add(messageId);
  if (deleted.size > KEPT_DELETED) {
    for (const oldest of deleted) {
      deleted.delete(oldest);
      break;
    }
  }
  sessions.publish(messageDeleteEvent(guild, channelId, BigInt(messageId), nowMs));
  sessions.flush();
  return NO_CONTENT;
}

function changeMember({ world, sessions }: RestContext, { params, body, nowMs }: RouteRequest): Reply {
  const guild = world.guild(params['guildId']);
  if (!guild) return fail(ERRORS.unknownGuild);
  const user = world.memberById(guild, params['userId'] ?? '');
  if (!user) return fail(ERRORS.unknownMember);
  const { communication_disabled_until: until = null } = body as Readonly<Record<string, unknown>>;
  const valid = until === null || (typeof until === 'string' && !Number.isNaN(Date.parse(until)));
  if (!valid) return fail(ERRORS.invalidForm);
  const member = { ...(JSON.parse(memberJson(user)) as object), communication_disabled_until: until };
  sessions.publish(memberUpdateEvent(guild, member, nowMs));
  sessions.flush();
  return ok(member);
}
