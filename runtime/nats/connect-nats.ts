import { setTimeout as sleep } from 'node:timers/promises';

import { connect, Events, type ConnectionOptions, type NatsConnection } from 'nats';

import type { CodedError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { closedForGood, isRefusal, reasonOf, refused, unreachable } from './nats-errors.ts';
import { filesOfConnection } from './nats-files.ts';

export interface NatsConfig {
  /** Comma-separated server addresses, without user and password. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly token: string;
  readonly credsFile: string;
  /** Empty: what the system trusts. */
  readonly tlsCaFile: string;
  /** Empty: the server asks for no certificate of ours. */
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
  /** How long to wait for the first connection before giving up. */
  readonly connectTimeoutMs: number;
}

const ATTEMPT_TIMEOUT_MS = 2_000;
/** Even where the deadline is nearer: less than that no healthy server can be expected to keep. */
const MIN_ATTEMPT_TIMEOUT_MS = 250;
const RETRY_MS = 500;
const ATTEMPTS_PER_WARNING = 10;
/** The library's default of two minutes would hide a dead server for four. */
const PING_INTERVAL_MS = 5_000;
/**
 * Connects and stays connected: reconnects for ever once the first connection stood. A connection
 * whose credentials are revoked ends all the same: see `onNatsClosed`.
 * @throws {CodedError} NATS_UNREACHABLE when no server answered in time; NATS_REFUSED at once when
 *   one does not accept the credentials, NATS_FILE_UNREADABLE when they cannot be read, both with
 *   exit status 2
 * @throws the signal's reason once it is aborted
 */
export async function connectNats(
  config: NatsConfig,
  name: string,
  log: Logger,
  signal?: AbortSignal,
): Promise<NatsConnection> {
  const options = connectionOptions(config, name);
  const deadline = performance.now() + config.connectTimeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      const connection = await connectOnce(options, deadline - performance.now(), signal);
      void logStatus(connection, log);
      return connection;
    } catch (error) {
      signal?.throwIfAborted();
      if (isRefusal(error)) throw refused(config, error);
      if (performance.now() + RETRY_MS >= deadline) throw unreachable(config, error);
      if (attempt % ATTEMPTS_PER_WARNING === 1)
        log.warn({ url: config.url, reason: reasonOf(error) }, 'waiting for NATS');
    }
    // The signal is looked at next.
    await sleep(RETRY_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

/**
 * Calls back when a connection has ended for good though nobody here closed it: the server refused the
 * credentials twice, or ended the account. Nothing of that connection works any more.
 */
export function onNatsClosed(connection: NatsConnection, onClosed: (error: CodedError) => void): void {
  void connection.closed().then((error) => {
    if (error) onClosed(closedForGood(error));
  });
}

function connectionOptions(config: NatsConfig, name: string): ConnectionOptions {
  return {
    servers: config.url.split(','),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
    // Building an Error stack for every request costs more than the request.
    noAsyncTraces: true,
    ...(config.user ? { user: config.user, pass: config.password } : {}),
    ...(config.token ? { token: config.token } : {}),
    ...filesOfConnection(config),
  };
}

/** The library tries each server with a time limit of its own; the caller has one for all of them. */
async function connectOnce(
  options: ConnectionOptions,
  remainingMs: number,
  signal: AbortSignal | undefined,
): Promise<NatsConnection> {
  const timeout = Math.max(MIN_ATTEMPT_TIMEOUT_MS, Math.min(ATTEMPT_TIMEOUT_MS, remainingMs));
  const ended = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => ended.reject(new Error('no answer')),
    Math.max(MIN_ATTEMPT_TIMEOUT_MS, remainingMs),
  );
  const onAbort = () => ended.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const connecting = connect({ ...options, timeout });
  try {
    return await Promise.race([connecting, ended.promise]);
  } catch (error) {
    // It may still succeed, for nobody.
    connecting.then(
      async (connection) => connection.close(),
      () => undefined,
    );
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

async function logStatus(connection: NatsConnection, log: Logger): Promise<void> {
  for await (const { type, data } of connection.status()) {
    if (type === Events.Disconnect) log.warn({ server: data }, 'NATS disconnected');
    if (type === Events.Reconnect) log.info({ server: data }, 'NATS reconnected');
    if (type === Events.Error) log.error({ reason: data }, 'NATS error');
  }
  const error = await connection.closed();
  if (error) log.error({ reason: reasonOf(error) }, 'NATS connection ended for good');
}
