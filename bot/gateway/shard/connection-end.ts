import { WebSocketShardDestroyRecovery, type WebSocketShardDestroyOptions } from '@discordjs/ws';
import { GatewayCloseCodes } from 'discord-api-types/v10';

import { CodedError, EXIT_MISCONFIGURED } from '../../../runtime/errors.ts';

/** Why a connection ended, and what is left of its session. */
export interface ConnectionEnd {
  /** fatal: Discord will refuse every further attempt in the same way. */
  readonly kind: 'resumable' | 'session-ended' | 'fatal';
  /** The close code that was received; undefined when the end came from this side. */
  readonly code: number | undefined;
  readonly reason: string;
}

/** Codes after which Discord must not be asked again (docs: Gateway close event codes). */
const FATAL_CODES = new Map<number, string>([
  [GatewayCloseCodes.AuthenticationFailed, 'the token was refused'],
  [GatewayCloseCodes.InvalidShard, 'the shard id or count was refused'],
  [GatewayCloseCodes.ShardingRequired, 'the bot is in too many guilds for this shard count'],
  [GatewayCloseCodes.InvalidAPIVersion, 'the API version was refused'],
  [GatewayCloseCodes.InvalidIntents, 'the intents are not valid'],
  [
    GatewayCloseCodes.DisallowedIntents,
    'the intents include a privileged one that the application has not been given',
  ],
]);

/** Codes that end the session; every other one leaves it worth a try. */
const SESSION_ENDING_CODES = new Set<number>([
  GatewayCloseCodes.InvalidSeq,
  GatewayCloseCodes.SessionTimedOut,
]);

/**
 * Reads what `@discordjs/ws` 2.0.4 passes to its own `destroy()`. An invalid session (op 9, false)
 * is the one case in which it asks for a reconnect without naming a code.
 */
export function describeEnd(options: WebSocketShardDestroyOptions): ConnectionEnd {
  const { code, recover } = options;
  const fatal = code === undefined ? undefined : FATAL_CODES.get(code);
  if (fatal) return { kind: 'fatal', code, reason: fatal };
  const reason = options.reason ?? `closed with code ${code}`;
  const invalidSession = code === undefined && recover === WebSocketShardDestroyRecovery.Reconnect;
  const ended = invalidSession || (code !== undefined && SESSION_ENDING_CODES.has(code));
  return { kind: ended ? 'session-ended' : 'resumable', code, reason };
}

/** The error for a fatal end: a restart would only be refused again. */
export function refusal(shardId: number, end: ConnectionEnd): CodedError {
  return new CodedError('DISCORD_REFUSED', `Discord refused shard ${shardId}: ${end.reason}`, {
    got: `close code ${end.code}`,
    exitCode: EXIT_MISCONFIGURED,
  });
}
