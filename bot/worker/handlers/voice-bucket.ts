import type { KV } from 'nats';

import type { HandlerContext } from '../handler.ts';

export const VOICE_BUCKET = 'voice_time';
/** Whoever was not in voice for so long is forgotten. */
const TTL_MS = 90 * 24 * 3_600_000;

export async function voiceBucket(context: HandlerContext): Promise<KV> {
  return context.bucket(VOICE_BUCKET, { ttlMs: TTL_MS });
}

export function voiceKey(guildId: string, userId: string): string {
  return `${guildId}.${userId}`;
}
