import {
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  type APIInteraction,
} from 'discord-api-types/v10';

import type { HandlerContext, WorkerEvent } from '../handler.ts';
import { Expired, Permanent, RetryLater } from '../outcome-errors.ts';
import { DISCORD_CODES, isDiscordCode, RestError } from '../rest/rest-error.ts';
import { voiceBucket, voiceKey } from './voice-bucket.ts';
import { NO_VOICE_TIME, totalMs, type VoiceTime } from './voice-time.ts';

/** Discord takes no answer after this: https://discord.com/developers/docs/interactions/receiving-and-responding */
export const ANSWER_WITHIN_MS = 3_000;
/** The way to us is not in `receivedAtMs`, the way back is still to go: what is younger may still be too late. */
const TRIP_MARGIN_MS = 500;
const RETRY_MS = 200;

type Command = (interaction: APIInteraction, event: WorkerEvent, context: HandlerContext) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = { ping, stats, voice };

/** Answers /ping, /stats and /voice in time or not at all. */
export async function interactions(event: WorkerEvent, context: HandlerContext): Promise<void> {
  const interaction = event.data as Partial<APIInteraction> | null;
  if (!interaction?.id || !interaction.token) throw new Permanent('not an interaction');
  if (interaction.type !== InteractionType.ApplicationCommand) return;
  throwIfExpired(event);
  const command = COMMANDS[interaction.data?.name ?? ''];
  const content = command
    ? await command(interaction as APIInteraction, event, context)
    : 'I do not know this command.';
  throwIfExpired(event);
  const deadline = AbortSignal.timeout(event.receivedAtMs + ANSWER_WITHIN_MS - Date.now());
  try {
    await context.rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
      auth: false,
      signal: deadline,
      body: {
        type: InteractionResponseType.ChannelMessageWithSource,
        data: { content, flags: MessageFlags.Ephemeral },
      },
    });
  } catch (error) {
    if (isDiscordCode(error, DISCORD_CODES.interactionAlreadyAcknowledged)) return;
    const tooLate = deadline.aborted || isDiscordCode(error, DISCORD_CODES.unknownInteraction);
    if (tooLate) throw new Expired('Discord takes no answer any more', { cause: error });
    // The usual backoff would be longer than there is time.
    if (error instanceof RestError && !error.permanent) throw new RetryLater(RETRY_MS, error.message, error);
    throw error;
  }
}

function throwIfExpired({ receivedAtMs }: WorkerEvent): void {
  const ageMs = Date.now() - receivedAtMs;
  if (ageMs > ANSWER_WITHIN_MS - TRIP_MARGIN_MS) throw new Expired(`${ageMs} ms old`);
}

async function ping(_: APIInteraction, { receivedAtMs }: WorkerEvent): Promise<string> {
  return `Pong! ${Math.max(0, Date.now() - receivedAtMs)} ms from the gateway to here.`;
}

async function stats(_: APIInteraction, event: WorkerEvent, context: HandlerContext): Promise<string> {
  const { uptimeMs, handled, inFlight } = context.stats();
  const shard =
    event.shardId === undefined ? '' : ` You came by shard ${event.shardId} of ${event.shardCount}.`;
  return `This worker handled ${handled} events in ${duration(uptimeMs)}, ${inFlight} are in work.${shard}`;
}

async function voice(interaction: APIInteraction, _: WorkerEvent, context: HandlerContext): Promise<string> {
  const userId = interaction.member?.user.id;
  if (!interaction.guild_id || !userId) return 'I count time in the voice channels of servers only.';
  const bucket = await voiceBucket(context);
  const entry = await bucket.get(voiceKey(interaction.guild_id, userId));
  const time = entry?.operation === 'PUT' ? entry.json<VoiceTime>() : NO_VOICE_TIME;
  return `You spent ${duration(totalMs(time, Date.now()))} in voice here.`;
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60] as const;
  return `${parts[0]} h ${parts[1]} min ${parts[2]} s`;
}
