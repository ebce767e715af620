import type { ConsumerName } from '../../bot/streams.ts';

export const SHARDS = 8;
export const SHARDS_PER_GATEWAY = 4;

/** Which worker process runs which consumers. */
export const WORKERS: Readonly<Record<string, readonly ConsumerName[]>> = {
  moderation: ['moderation-worker'],
  others: ['voice-tracker', 'interaction-responder', 'task-worker'],
};
