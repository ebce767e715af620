import type { ClientBase } from 'pg';

/** Each is run once, in this order; what was released is never changed, only added to. */
const MIGRATIONS = [
  `create table discord_bot_fleets (
     bot text primary key,
     shard_count integer not null
   );
   create table discord_bot_gateways (
     bot text not null,
     owner text not null,
     shard_count integer not null,
     capacity integer not null,
     stale_ms integer not null,
     beat bigint not null default 1,
     joined_at timestamptz not null default clock_timestamp(),
     heartbeat_at timestamptz not null default clock_timestamp(),
     primary key (bot, owner)
   );
   create table discord_bot_shards (
     bot text not null,
     shard_id integer not null,
     shard_count integer not null,
     owner text,
     epoch bigint not null default 0,
     claimed_at timestamptz,
     heartbeat_at timestamptz,
     primary key (bot, shard_id)
   );
   comment on column discord_bot_shards.heartbeat_at is
     'for people: who is alive is decided by whether discord_bot_gateways.beat changes'`,
] as const;

/** Any number; the same for every process that migrates these tables. */
const LOCK = 7_303_014_621_458;

/** Brings the tables up to date. Processes that start together take turns. */
export async function migrate(client: ClientBase): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
  await client.query(
    `create table if not exists discord_bot_migrations (
       version integer primary key,
       applied_at timestamptz not null default clock_timestamp()
     )`,
  );
  const { rows } = await client.query<{ version: number }>('select version from discord_bot_migrations');
  const applied = new Set(rows.map(({ version }) => version));
  for (const [index, statements] of MIGRATIONS.entries()) {
    const version = index + 1;
    if (applied.has(version)) continue;
    await client.query(statements);
    await client.query('insert into discord_bot_migrations (version) values ($1)', [version]);
  }
}
