import type { GatewayVoiceStateUpdateDispatchData } from 'discord-api-types/v10';
import { NatsError, type KV } from 'nats';

import { messageOf } from '../../../runtime/errors.ts';
import { JETSTREAM_ERRORS, jetStreamErrorOf } from '../../../runtime/nats/jetstream-error.ts';
import type { HandlerContext, WorkerEvent } from '../handler.ts';
import { Permanent, RetryLater } from '../outcome-errors.ts';
import { voiceBucket, voiceKey } from './voice-bucket.ts';
import { addTransition, NO_VOICE_TIME, type Transition, type VoiceTime } from './voice-time.ts';

const TRIES = 5;
const CONFLICT_RETRY_MS = 200;
/** A cluster that has lost a server has new leaders within seconds; the usual backoff would be through by then. */
export const AWAY_RETRY_MS = 10_000;

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
  try {
    await add(context, voiceKey(state.guild_id, state.user_id), change);
  } catch (error) {
    if (isAway(error)) throw new RetryLater(AWAY_RETRY_MS, `the bucket is away: ${messageOf(error)}`, error);
    throw error;
  }
}

async function add(context: HandlerContext, key: string, change: Transition): Promise<void> {
  const bucket = await voiceBucket(context);
  for (let tries = 0; tries < TRIES; tries += 1) {
    context.signal.throwIfAborted();
    if (await tryAdd(bucket, key, change)) return;
  }
  throw new RetryLater(CONFLICT_RETRY_MS, 'others write the same member');
}

/** Nobody answered, or whoever did has no leader; what JetStream refuses has a code of its own. */
function isAway(error: unknown): boolean {
  return error instanceof NatsError && jetStreamErrorOf(error) === undefined;
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
