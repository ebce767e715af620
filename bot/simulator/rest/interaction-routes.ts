import { messageJson } from '../world/message-events.ts';
import { ERRORS, fail, NO_CONTENT, ok, type Reply } from './reply.ts';
import type { RestContext } from './rest-context.ts';
import type { Route, RouteRequest } from './route-table.ts';

const CALLBACK_TYPES = new Set([1, 4, 5, 6, 7, 8, 9, 10, 12]);

/** Answers to interactions. The token in the path is the authorization, and the global limit does not count. */
export function interactionRoutes(context: RestContext): Route[] {
  const original = '/webhooks/:applicationId/:token/messages/@original';
  const followUp = (request: RouteRequest) => followUpReply(context, request);
  return [
    {
      method: 'POST',
      path: '/interactions/:interactionId/:token/callback',
      answer: (request) => callback(context, request),
    },
    { method: 'GET', path: original, answer: followUp },
    { method: 'PATCH', path: original, answer: followUp },
    {
      method: 'DELETE',
      path: original,
      answer: (request) => {
        const reply = followUp(request);
        return reply.status === 200 ? NO_CONTENT : reply;
      },
    },
    { method: 'POST', path: '/webhooks/:applicationId/:token', answer: followUp },
  ];
}

function callback({ interactions }: RestContext, { params, query, body, nowMs }: RouteRequest): Reply {
  const { type } = body as Readonly<Record<string, unknown>>;
  if (!CALLBACK_TYPES.has(type as number)) return fail(ERRORS.invalidForm);
  const id = params['interactionId'] ?? '';
  const result = interactions.answer(id, params['token'] ?? '', nowMs);
  if (result === 'duplicate') return fail(ERRORS.alreadyAcknowledged);
  if (result !== 'answered') return fail(ERRORS.unknownInteraction);
  if (query.get('with_response') !== 'true') return NO_CONTENT;
  const interaction = {
    id,
    type: 2,
    response_message_loading: type === 5,
    response_message_ephemeral: false,
  };
  return ok({ interaction, resource: { type } });
}

function followUpReply(
  { interactions, snowflakes, world }: RestContext,
  { params, body, nowMs }: RouteRequest,
): Reply {
  const id = interactions.answeredByToken(params['token'] ?? '');
  if (!id) return fail(ERRORS.unknownWebhook);
  const [guild] = world.guilds;
  if (!guild) return fail(ERRORS.unknownWebhook);
  const { content } = body as Readonly<Record<string, unknown>>;
  const message = {
    id: snowflakes.next(nowMs),
    guild,
    channelId: guild.textChannels[0] ?? guild.id,
    author: world.bot,
    contentJson: JSON.stringify(typeof content === 'string' ? content : ''),
    createdAt: nowMs,
  };
  return ok(messageJson(message));
}
