import { existsSync } from 'node:fs';

import { Client } from 'pg';
import { expect, test } from 'vitest';

import { PostgresServer } from './postgres.ts';
import { exists, waitUntilGone } from './testing/child-processes.ts';

async function ask(url: string, query: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ answer: unknown }>(query);
  await client.end();
  return rows[0]?.answer;
}

test('data survive a stop and a kill, and nothing is left behind', async () => {
  const server = await PostgresServer.start();
  const { folder } = server;
  expect(await ask(server.url, "select current_setting('server_version_num')::int >= 130000 as answer")).toBe(
    true,
  );
  await ask(server.url, 'create table kept as select 42 as answer');
  await server.stop();
  await expect(ask(server.url, 'select 1')).rejects.toThrow();
  await server.startAgain();
  expect(await ask(server.url, 'select answer from kept')).toBe(42);
  await server.kill();
  await server.startAgain();
  expect(await ask(server.url, 'select answer from kept')).toBe(42);
  const { pid } = server;
  expect(exists(pid)).toBe(true);
  await server[Symbol.asyncDispose]();
  expect(await waitUntilGone([pid])).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});
