import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { DiscordRest } from './rest/rest-client.ts';
import { RestError, UNAUTHORIZED } from './rest/rest-error.ts';
import { tokenRejected } from './rest/token-rejected.ts';

const DEADLINE_MS = 10_000;

/**
 * Asks Discord once whether it takes the token, before events are taken: with a wrong one each restart
 * would use up a delivery of every event in work. Any other trouble is left to the handlers.
 * @throws {CodedError} DISCORD_TOKEN_REFUSED
 */
export async function checkToken(rest: DiscordRest, log: Logger): Promise<void> {
  try {
    await rest.within({ signal: AbortSignal.timeout(DEADLINE_MS), span: undefined }).get('/users/@me');
  } catch (error) {
    if (error instanceof RestError && error.status === UNAUTHORIZED) throw tokenRejected(error);
    log.warn({ reason: messageOf(error) }, 'Discord could not be asked about the token');
  }
}
