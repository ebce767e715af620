import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { connect, credsAuthenticator, Events, type ConnectionOptions, type NatsConnection } from 'nats';

import { CodedError, messageOf } from './errors.ts';
import type { Logger } from './log.ts';

export interface NatsConfig {
  /** Comma-separated server addresses. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly token: string;
  readonly credsFile: string;
  readonly tlsCaFile: string;
  /** How long to wait for the first connection before giving up. */
  readonly connectTimeoutMs: number;
}

const ATTEMPT_TIMEOUT_MS = 2_000;
const RETRY_MS = 500;
/** The library's default of two minutes would hide a dead server for four. */
const PING_INTERVAL_MS = 5_000;

/**
 * Connects and stays connected: reconnects for ever once the first connection stood.
 * @throws {CodedError} NATS_UNREACHABLE when no server answered in time.
 */
export async function connectNats(
  config: NatsConfig,
  name: string,
  log: Logger,
  signal?: AbortSignal,
): Promise<NatsConnection> {
  const deadline = performance.now() + config.connectTimeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const connection = await connect(connectionOptions(config, name));
      void logStatus(connection, log);
      return connection;
    } catch (error) {
      const waitable = !signal?.aborted && performance.now() + RETRY_MS < deadline;
      if (!waitable) throw unreachable(config, error);
      if (attempt % 10 === 1)
        log.warn({ url: safeUrl(config), reason: messageOf(error) }, 'waiting for NATS');
      await sleep(RETRY_MS);
    }
  }
}

function connectionOptions(config: NatsConfig, name: string): ConnectionOptions {
  return {
    servers: config.url.split(','),
    name,
    timeout: ATTEMPT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
    // Building an Error stack for every request costs more than the request.
    noAsyncTraces: true,
    ...(config.user ? { user: config.user, pass: config.password } : {}),
    ...(config.token ? { token: config.token } : {}),
    ...(config.credsFile ? { authenticator: credsAuthenticator(readFileSync(config.credsFile)) } : {}),
    ...(config.tlsCaFile ? { tls: { caFile: config.tlsCaFile } } : {}),
  };
}

async function logStatus(connection: NatsConnection, log: Logger): Promise<void> {
  for await (const { type, data } of connection.status()) {
    if (type === Events.Disconnect) log.warn({ server: data }, 'NATS disconnected');
    if (type === Events.Reconnect) log.info({ server: data }, 'NATS reconnected');
    if (type === Events.Error) log.error({ reason: data }, 'NATS error');
  }
}

function unreachable(config: NatsConfig, cause: unknown): CodedError {
  return new CodedError('NATS_UNREACHABLE', `Cannot connect to NATS at ${safeUrl(config)}`, {
    expected: `a server to answer within ${config.connectTimeoutMs / 1000} s (NATS_URL names it)`,
    got: messageOf(cause),
    cause,
  });
}

/** Server addresses without user and password. */
function safeUrl(config: NatsConfig): string {
  return config.url.replaceAll(/\/\/[^@/,]*@/g, '//');
}
