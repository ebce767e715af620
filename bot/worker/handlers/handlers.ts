import type { Handlers } from '../handler.ts';
import { interactions } from './interactions.ts';
import { moderation } from './moderation.ts';
import { tasks } from './tasks.ts';
import { voice } from './voice.ts';

/** Which handler serves which consumer. Put your own in place of these. */
export const HANDLERS: Handlers = {
  'moderation-worker': moderation,
  'voice-tracker': voice,
  'interaction-responder': interactions,
  'task-worker': tasks,
};
