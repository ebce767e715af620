import { expect, test } from 'vitest';

import { readGatewayConfig } from './config.ts';

const TOKEN = { DISCORD_TOKEN: 'not-a-real-token' };
const URL_WITH_PASSWORD = 'postgres://bot:p%40ss-word-1@db.example:5432/bot';

test('leases in PostgreSQL need its address', () => {
  const read = () => readGatewayConfig({ ...TOKEN, SHARD_STRATEGY: 'postgres_coordination' });
  expect(read).toThrow(/DATABASE_URL: expected postgres:.*\(or DATABASE_URL_FILE .*got nothing/);
  expect(() => readGatewayConfig({ ...TOKEN, SHARD_STRATEGY: 'nats_kv' })).not.toThrow();
});

test('an address that is none is refused without being shown', () => {
  const read = () => readGatewayConfig({ ...TOKEN, DATABASE_URL: 'mysql://bot:p%40ss-word-1@db/bot' });
  expect(read).toThrow(/DATABASE_URL: expected postgres:/);
  expect(read).not.toThrow(/ss-word/);
});

test('the password of the database is secret in every form', () => {
  const { databaseUrl, secrets } = readGatewayConfig({
    ...TOKEN,
    SHARD_STRATEGY: 'postgres_coordination',
    DATABASE_URL: URL_WITH_PASSWORD,
  });
  expect(databaseUrl).toBe(URL_WITH_PASSWORD);
  expect(secrets).toEqual(expect.arrayContaining([URL_WITH_PASSWORD, 'p%40ss-word-1', 'p@ss-word-1']));
});

test('an ordinal beside all shards contradicts itself, except where shards are leased', () => {
  expect(() => readGatewayConfig({ ...TOKEN, SHARD_ID: '1' })).toThrow(/SHARD_ID: expected 0 while/);
  const leased = readGatewayConfig({ ...TOKEN, SHARD_ID: '1', SHARD_STRATEGY: 'nats_kv' });
  expect(leased).toMatchObject({ shardsPerProcess: 'all', leaseStaleMs: 30_000 });
});

test('a lease that ends too soon or too late is refused', () => {
  for (const value of ['1000', '600000'])
    expect(() => readGatewayConfig({ ...TOKEN, SHARD_LEASE_STALE_MS: value })).toThrow(
      /SHARD_LEASE_STALE_MS/,
    );
});
