import { NatsError, type JetStreamManager, type NatsConnection } from 'nats';

import { CodedError, EXIT_MISCONFIGURED } from '../runtime/errors.ts';

/** The library's code for a request that nobody serves; the server's, for an account without JetStream. */
const NO_RESPONDERS = '503';

/** @throws {CodedError} JETSTREAM_DISABLED, where the library would only say 503 */
export async function openManager(connection: NatsConnection): Promise<JetStreamManager> {
  try {
    return await connection.jetstreamManager();
  } catch (error) {
    if (!(error instanceof NatsError) || error.code !== NO_RESPONDERS) throw error;
    throw new CodedError('JETSTREAM_DISABLED', 'JetStream is not enabled on this NATS server', {
      expected: 'nats-server with --jetstream, and an account that may use it',
      got: error.api_error?.description ?? 'no answer to JetStream requests',
      cause: error,
      exitCode: EXIT_MISCONFIGURED,
    });
  }
}
