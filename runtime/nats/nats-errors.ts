import { ErrorCode } from 'nats';

import { CodedError, codeOf, EXIT_MISCONFIGURED, messageOf } from '../errors.ts';
import type { NatsConfig } from './connect-nats.ts';

const REFUSALS: ReadonlySet<string | undefined> = new Set([
  ErrorCode.AuthorizationViolation,
  ErrorCode.AuthenticationExpired,
  ErrorCode.AccountExpired,
  ErrorCode.BadAuthentication,
  ErrorCode.BadCreds,
]);

/** Waiting does not help: the server answers and does not accept the credentials. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.has(codeOf(error));
}

export function refused(config: NatsConfig, cause: unknown): CodedError {
  const given = [
    config.user && 'NATS_USER and NATS_PASSWORD',
    config.token && 'NATS_TOKEN',
    config.credsFile && 'NATS_CREDS_FILE',
  ].filter(Boolean);
  return new CodedError('NATS_REFUSED', `NATS at ${config.url} does not accept the credentials`, {
    expected: `${given.join(', ') || 'NATS_USER and NATS_PASSWORD, NATS_TOKEN or NATS_CREDS_FILE'} that the server knows`,
    got: given.length > 0 ? reasonOf(cause) : `none, and the server says ${reasonOf(cause)}`,
    exitCode: EXIT_MISCONFIGURED,
    cause,
  });
}

export function unreachable(config: NatsConfig, cause: unknown): CodedError {
  return new CodedError('NATS_UNREACHABLE', `Cannot connect to NATS at ${config.url}`, {
    expected: `a server to answer within ${config.connectTimeoutMs / 1000} s (NATS_URL names it)`,
    got: reasonOf(cause),
    cause,
  });
}

/** The library's message is often its code alone; the system's own stands in `chainedError`. */
export function reasonOf(error: unknown): string {
  const chained =
    error instanceof Error && 'chainedError' in error && error.chainedError instanceof Error
      ? error.chainedError
      : undefined;
  return chained ? messageOf(chained) : messageOf(error);
}

export function closedForGood(cause: Error): CodedError {
  return new CodedError('NATS_CLOSED', 'The NATS connection ended for good', { got: reasonOf(cause), cause });
}
