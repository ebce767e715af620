import type { HandlerContext, WorkerEvent } from '../handler.ts';
import { parseNotification } from './notification.ts';

/** Sends notifications. Discord drops a repeated one by its nonce, which is the task's place in its stream. */
export async function tasks(event: WorkerEvent, context: HandlerContext): Promise<void> {
  const { channelId, content } = parseNotification(event.data);
  await context.rest.post(`/channels/${channelId}/messages`, {
    body: {
      content,
      allowed_mentions: { parse: [] },
      nonce: `task-${event.streamSequence}`,
      enforce_nonce: true,
    },
  });
}
