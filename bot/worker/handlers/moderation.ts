import type { GatewayMessageCreateDispatchData } from 'discord-api-types/v10';

import type { HandlerContext, WorkerEvent } from '../handler.ts';
import { Permanent } from '../outcome-errors.ts';
import { DISCORD_CODES, isDiscordCode, RestError } from '../rest/rest-error.ts';
import { containsWord } from './contains-word.ts';
import { notification } from './notification.ts';

const FORBIDDEN = 403;
const { unknownMessage, unknownChannel } = DISCORD_CODES;

/**
 * Deletes messages with a blocked word, warns their author and has the moderators told. Every step may be
 * repeated: a message that is gone counts as deleted, Discord drops a second warning by its nonce,
 * JetStream a second task by its id.
 */
export async function moderation(event: WorkerEvent, context: HandlerContext): Promise<void> {
  const message = event.data as Partial<GatewayMessageCreateDispatchData> | null;
  if (!message?.id || !message.channel_id || !message.author) throw new Permanent('not a message');
  if (message.author.bot || message.webhook_id) return;
  if (!containsWord(message.content ?? '', context.settings.blockedWords)) return;
  const { id, channel_id: channelId, author } = message;
  try {
    await deleteMessage(context, channelId, id);
    await context.rest.post(`/channels/${channelId}/messages`, {
      body: {
        content: `<@${author.id}>, your message was removed: it held a word that is not allowed here.`,
        allowed_mentions: { users: [author.id] },
        nonce: id,
        enforce_nonce: true,
      },
    });
  } catch (error) {
    if (isDiscordCode(error, unknownChannel)) return;
    if (!(error instanceof RestError) || error.status !== FORBIDDEN) throw error;
    // The guild's owner decides that, and no replay would change it: no dead letter.
    context.log.warn({ guildId: message.guild_id, code: error.code }, 'not permitted to moderate here');
    return;
  }
  const text = `A message of <@${author.id}> in <#${channelId}> was removed (blocked word).`;
  await context.task(notification(context.settings.notifyChannelId || channelId, text), `moderation:${id}`);
}

async function deleteMessage({ rest }: HandlerContext, channelId: string, id: string): Promise<void> {
  try {
    await rest.delete(`/channels/${channelId}/messages/${id}`);
  } catch (error) {
    if (!isDiscordCode(error, unknownMessage)) throw error;
  }
}
