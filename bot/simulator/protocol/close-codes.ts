import { GatewayCloseCodes } from 'discord-api-types/v10';

/** What a client's close code means for its session: these two say that it will not come back. */
const ENDING_CLIENT_CODES = new Set([1_000, 1_001]);

/** Sent by discord.js for itself; a server that sends it leaves the client believing it is connected. */
export const CLIENT_RESUMING = 4_200;

/** A socket that ended without a close frame. */
export const NO_CLOSE_FRAME = 1_006;

const ENDING_SERVER_CODES: ReadonlySet<number> = new Set([
  GatewayCloseCodes.AuthenticationFailed,
  GatewayCloseCodes.InvalidSeq,
  GatewayCloseCodes.SessionTimedOut,
  GatewayCloseCodes.InvalidShard,
  GatewayCloseCodes.ShardingRequired,
  GatewayCloseCodes.InvalidAPIVersion,
  GatewayCloseCodes.InvalidIntents,
  GatewayCloseCodes.DisallowedIntents,
]);

/** Whether the session is over when this side closes with the code. */
export function serverCloseEndsSession(code: number): boolean {
  return ENDING_SERVER_CODES.has(code);
}

/** Whether the session is over when the client closes with the code. */
export function clientCloseEndsSession(code: number): boolean {
  return ENDING_CLIENT_CODES.has(code);
}
