import type { TaskPayload } from '../handler.ts';
import { Permanent } from '../outcome-errors.ts';

const KIND = 'notify';

export interface Notification {
  readonly channelId: string;
  readonly content: string;
}

/** A task: send this text to this channel. It is stored for a while: no content of users in it. */
export function notification(channelId: string, content: string): TaskPayload {
  return { kind: KIND, channelId, content };
}

/** @throws {Permanent} when it is no such task */
export function parseNotification(data: unknown): Notification {
  const { kind, channelId, content } = (data ?? {}) as Record<string, unknown>;
  if (kind !== KIND)
    throw new Permanent(`no handler for tasks of kind ${JSON.stringify(kind)?.slice(0, 40)}`);
  if (typeof channelId !== 'string' || typeof content !== 'string') throw new Permanent('not a notification');
  return { channelId, content };
}
