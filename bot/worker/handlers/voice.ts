import type { GatewayVoiceStateUpdateDispatchData } from 'discord-api-types/v10';
import { type KV } from 'nats';

import { JETSTREAM_ERRORS, jetStreamErrorOf } from '../../../runtime/nats/jetstream-error.ts';
import type { HandlerContext, WorkerEvent } from '../handler.ts';
import { Permanent, RetryLater } from '../outcome-errors.ts';
import { voiceBucket, voiceKey } from './voice-bucket.ts';
import { addTransition, NO_VOICE_TIME, type Transition, type VoiceTime } from './voice-time.ts';

const TRIES = 5;
const CONFLICT_RETRY_MS = 200;

/** Keeps how long each member was in voice. A repeated event changes nothing, a late one finds its place. */
export async function voice(event: WorkerEvent, context: HandlerContext): Promise<void> {
  const state = event.data as Partial<GatewayVoiceStateUpdateDispatchData> | null;
  if (!state?.user_id || state.channel_id === undefined) throw new Permanent('not a voice state');
  // Calls outside of guilds are nobody's statistics.
  if (!state.guild_id) return;
  const change = {
    id: event.messageId,
    atMs: event.receivedAtMs,
    sequence: event.sequence ?? 0,
    inVoice: state.channel_id !== null,
  };
  const bucket = await voiceBucket(context);
  const key = voiceKey(state.guild_id, state.user_id);
  for (let tries = 0; tries < TRIES; tries += 1) {
    context.signal.throwIfAborted();
    if (await tryAdd(bucket, key, change)) return;
  }
  throw new RetryLater(CONFLICT_RETRY_MS, 'others write the same member');
}

/** False when somebody else wrote in between. */
async function tryAdd(bucket: KV, key: string, change: Transition): Promise<boolean> {
  const entry = await bucket.get(key);
  const before = entry?.operation === 'PUT' ? entry.json<VoiceTime>() : NO_VOICE_TIME;
  const after = addTransition(before, change);
  if (after === before) return true;
  try {
    const value = JSON.stringify(after);
    if (entry) await bucket.update(key, value, entry.revision);
    else await bucket.create(key, value);
    return true;
  } catch (error) {
    if (jetStreamErrorOf(error) === JETSTREAM_ERRORS.wrongLastSequence) return false;
    throw error;
  }
}
