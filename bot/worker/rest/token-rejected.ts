import { CodedError, EXIT_MISCONFIGURED } from '../../../runtime/errors.ts';
import type { RestError } from './rest-error.ts';

export function tokenRejected(error: RestError): CodedError {
  return new CodedError('DISCORD_TOKEN_REFUSED', 'Discord refused the token', {
    expected: 'DISCORD_TOKEN to be the current token of the bot',
    got: error.message,
    exitCode: EXIT_MISCONFIGURED,
  });
}
