import { DiscordAPIError, HTTPError } from '@discordjs/rest';

import { messageOf } from '../../../runtime/errors.ts';

export interface RestErrorDetails {
  readonly method: string;
  readonly route: string;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  /** Discord's own, such as 10008; undefined when the answer had none. */
  readonly code: number | undefined;
  readonly reason: string;
}

/**
 * A REST call that failed. The library's own errors carry the request's body and address, which hold
 * user content and tokens; this one may be logged, stored and reported.
 */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number | undefined;
  readonly code: number | undefined;
  /** Discord understood the call and refuses it; repeating it only adds to the invalid requests. */
  readonly permanent: boolean;

  constructor({ method, route, status, code, reason }: RestErrorDetails) {
    const answer = status === undefined ? 'got no answer' : `was answered ${status}`;
    super(`${method} ${route} ${answer}${code === undefined ? '' : ` (${code})`}: ${reason}`);
    this.status = status;
    this.code = code;
    this.permanent = status !== undefined && status >= 400 && status < 500 && !WORTH_REPEATING.has(status);
  }
}

/** The token: the process ends because of it, but another one may have a better one. */
export const UNAUTHORIZED = 401;
const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;
const WORTH_REPEATING: ReadonlySet<number> = new Set([UNAUTHORIZED, REQUEST_TIMEOUT, TOO_MANY_REQUESTS]);

/** Codes of https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
export const DISCORD_CODES = {
  unknownChannel: 10_003,
  unknownMessage: 10_008,
  unknownInteraction: 10_062,
  interactionAlreadyAcknowledged: 40_060,
} as const;

export function isDiscordCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof RestError && error.code !== undefined && codes.includes(error.code);
}

export function toRestError(error: unknown, method: string, route: string): RestError {
  const reason = messageOf(error);
  if (error instanceof DiscordAPIError) {
    const code = Number(error.code) || undefined;
    return new RestError({ method, route, status: error.status, code, reason });
  }
  const status = error instanceof HTTPError ? error.status : undefined;
  return new RestError({ method, route, status, code: undefined, reason });
}
