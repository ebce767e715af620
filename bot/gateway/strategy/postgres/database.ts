import { Pool, type PoolClient, type QueryResultRow } from 'pg';

import { CodedError, codeOf, EXIT_MISCONFIGURED, messageOf } from '../../../../runtime/errors.ts';
import type { Logger } from '../../../../runtime/log.ts';

/** A claim and a beat at the same time, and one to spare. */
const MAX_CONNECTIONS = 3;
const IDLE_TIMEOUT_MS = 60_000;

/** Waiting does not help: who may come in and what is there is set by people (PostgreSQL, Appendix A). */
const REFUSALS = new Set<string | undefined>([
  '28000', // invalid authorization
  '28P01', // invalid password
  '3D000', // no such database
  '3F000', // no such schema
  '42501', // insufficient privilege
]);

/** A few connections to PostgreSQL; every request ends within a bounded time. */
export class Database {
  /** `host:port/database`, for messages. */
  readonly place: string;
  readonly #pool: Pool;
  readonly #requestMs: number;

  /** @param requestMs how long connecting, and each statement, may take */
  constructor(url: string, requestMs: number, log: Logger) {
    const { hostname, port, pathname } = new URL(url);
    this.place = `${hostname}:${port || '5432'}${pathname}`;
    this.#requestMs = Math.ceil(requestMs);
    this.#pool = new Pool({
      connectionString: url,
      application_name: 'shardwatch-gateway',
      max: MAX_CONNECTIONS,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      connectionTimeoutMillis: this.#requestMs,
      query_timeout: this.#requestMs,
      keepAlive: true,
    });
    // Of a connection that nobody uses; whoever asks next gets a new one.
    this.#pool.on('error', (error) =>
      log.debug({ reason: messageOf(error) }, 'idle database connection lost'),
    );
  }

  /** @throws {CodedError} DATABASE_REFUSED (exit status 2), or whatever else keeps it from answering */
  async query<R extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<R[]> {
    try {
      return (await this.#pool.query<R>(text, [...values])).rows;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** One transaction; the connection of a failed one is thrown away. */
  async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient | undefined;
    try {
      client = await this.#pool.connect();
      await client.query('begin');
      // A process that is paused here must not hold its locks for as long as that lasts.
      await client.query(`set local idle_in_transaction_session_timeout = ${this.#requestMs}`);
      const result = await work(client);
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      client?.release(true);
      throw this.#explain(error);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #explain(error: unknown): unknown {
    if (!REFUSALS.has(codeOf(error))) return error;
    return new CodedError('DATABASE_REFUSED', `PostgreSQL at ${this.place} does not take DATABASE_URL`, {
      expected: 'a user that may log in, and create and use tables in that database',
      got: messageOf(error),
      exitCode: EXIT_MISCONFIGURED,
      cause: error,
    });
  }
}
