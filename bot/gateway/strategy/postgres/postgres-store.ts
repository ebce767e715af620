import { setTimeout as sleep } from 'node:timers/promises';

import type { PoolClient } from 'pg';

import type { Claim, HeldLease, Lease, LeaseStore, LeaseView, Member } from '../lease-store.ts';
import type { Database } from './database.ts';
import { migrate } from './migrations.ts';

/** Another process is claiming at the moment: a transaction of a few milliseconds. */
const LOCK_TRIES = 5;
const LOCK_RETRY_MS = 40;

interface ViewRow {
  readonly shard_count: number | null;
  readonly members: readonly (Omit<Member, 'beat'> & { readonly beat: number })[];
  readonly shards: readonly (readonly [shardId: number, owner: string | null, epoch: number])[];
}

/**
 * Leases in PostgreSQL. Whoever is in `discord_bot_gateways` is alive, and a row of `discord_bot_shards` is
 * free when its owner is not there. Nothing hangs on a connection, so poolers and failovers do no harm.
 */
export class PostgresStore implements LeaseStore {
  readonly place: string;
  readonly #database: Database;
  readonly #bot: string;

  /** @param bot tells the bots that share a database apart */
  constructor(database: Database, bot: string) {
    this.place = `PostgreSQL at ${database.place}`;
    this.#database = database;
    this.#bot = bot;
  }

  async open(): Promise<void> {
    await this.#database.transaction(migrate);
  }

  async view(): Promise<LeaseView> {
    const [row] = await this.#database.query<ViewRow>(
      `select
         (select shard_count from discord_bot_fleets where bot = $1) as shard_count,
         (select coalesce(json_agg(json_build_object('owner', owner, 'beat', beat, 'shardCount', shard_count,
            'capacity', capacity, 'staleMs', stale_ms)), '[]')
            from discord_bot_gateways where bot = $1) as members,
         (select coalesce(json_agg(json_build_array(shard_id, owner, epoch)), '[]')
            from discord_bot_shards where bot = $1) as shards`,
      [this.#bot],
    );
    const leases = (row?.shards ?? []).map(([shardId, owner, epoch]): Lease => ({
      shardId,
      owner: owner ?? undefined,
      epoch,
      version: epoch,
    }));
    return {
      shardCount: row?.shard_count ?? undefined,
      members: (row?.members ?? []).map((member) => ({ ...member, beat: String(member.beat) })),
      leases: new Map(leases.map((lease) => [lease.shardId, lease])),
    };
  }

  async changeCount(from: number | undefined, to: number): Promise<boolean> {
    const rows = await this.#database.query(
      from === undefined
        ? `insert into discord_bot_fleets (bot, shard_count) values ($1, $2)
           on conflict do nothing returning bot`
        : `update discord_bot_fleets set shard_count = $2 where bot = $1 and shard_count = $3 returning bot`,
      from === undefined ? [this.#bot, to] : [this.#bot, to, from],
    );
    return rows.length > 0;
  }

  async join({ owner, shardCount, capacity, staleMs }: Omit<Member, 'beat'>): Promise<void> {
    await this.#database.query(
      `insert into discord_bot_gateways (bot, owner, shard_count, capacity, stale_ms)
       values ($1, $2, $3, $4, $5)
       on conflict (bot, owner) do update
         set beat = discord_bot_gateways.beat + 1, heartbeat_at = clock_timestamp()`,
      [this.#bot, owner, shardCount, capacity, staleMs],
    );
  }

  async beat(owner: string): Promise<boolean> {
    const rows = await this.#database.query(
      `with alive as (
         update discord_bot_gateways set beat = beat + 1, heartbeat_at = clock_timestamp()
         where bot = $1 and owner = $2 returning owner
       ), shown as (
         update discord_bot_shards set heartbeat_at = clock_timestamp() from alive
         where bot = $1 and discord_bot_shards.owner = alive.owner
       )
       select owner from alive`,
      [this.#bot, owner],
    );
    return rows.length > 0;
  }

  async evict({ owner, beat }: Member): Promise<boolean> {
    const rows = await this.#database.query(
      'delete from discord_bot_gateways where bot = $1 and owner = $2 and beat = $3 returning owner',
      [this.#bot, owner, beat],
    );
    return rows.length > 0;
  }

  async claim(owner: string, claims: readonly Claim[]): Promise<readonly HeldLease[]> {
    for (let attempt = 1; attempt <= LOCK_TRIES; attempt += 1) {
      const held = await this.#database.transaction(async (client) => this.#tryClaim(client, owner, claims));
      if (held !== 'locked') return held;
      await sleep(LOCK_RETRY_MS * (0.5 + Math.random()));
    }
    return [];
  }

  async release(owner: string, leases: readonly HeldLease[]): Promise<void> {
    await this.#database.transaction(async (client) => {
      // A beat changes the same rows in another order: whoever has this row first has them all.
      await client.query('select from discord_bot_gateways where bot = $1 and owner = $2 for update', [
        this.#bot,
        owner,
      ]);
      await client.query(
        `update discord_bot_shards s set owner = null
         from unnest($3::integer[], $4::bigint[]) as given (shard_id, epoch)
         where s.bot = $1 and s.owner = $2 and s.shard_id = given.shard_id and s.epoch = given.epoch`,
        [this.#bot, owner, leases.map(({ shardId }) => shardId), leases.map(({ epoch }) => epoch)],
      );
    });
  }

  async leave(owner: string): Promise<void> {
    await this.#database.query(
      `with gone as (
         delete from discord_bot_gateways where bot = $1 and owner = $2
       )
       update discord_bot_shards set owner = null where bot = $1 and owner = $2`,
      [this.#bot, owner],
    );
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #tryClaim(
    client: PoolClient,
    owner: string,
    claims: readonly Claim[],
  ): Promise<readonly HeldLease[] | 'locked'> {
    const { rows: locks } = await client.query<{ locked: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('discord_bot_shards'), hashtext($1)) as locked`,
      [this.#bot],
    );
    if (!locks[0]?.locked) return 'locked';
    const ids = claims.map(({ shardId }) => shardId);
    await client.query(
      `insert into discord_bot_shards (bot, shard_id, shard_count)
       select $1, unnest($2::integer[]), 0 on conflict do nothing`,
      [this.#bot, ids],
    );
    // Only what is still as it was seen, and only with the count that the bot runs with.
    const { rows } = await client.query<{ shard_id: number; epoch: string }>(
      `update discord_bot_shards s
       set owner = g.owner, epoch = s.epoch + 1, shard_count = g.shard_count,
           claimed_at = clock_timestamp(), heartbeat_at = clock_timestamp()
       from unnest($3::integer[], $4::bigint[]) as seen (shard_id, epoch),
            discord_bot_gateways g join discord_bot_fleets f using (bot, shard_count)
       where s.bot = $1 and s.shard_id = seen.shard_id and s.epoch = seen.epoch
         and g.bot = $1 and g.owner = $2
         and (s.owner is null or s.owner = $2 or not exists (
           select from discord_bot_gateways o where o.bot = s.bot and o.owner = s.owner))
       returning s.shard_id, s.epoch`,
      [this.#bot, owner, ids, claims.map(({ lease }) => lease?.version ?? 0)],
    );
    return rows.map(({ shard_id: shardId, epoch }) => ({ shardId, epoch: Number(epoch) }));
  }
}
