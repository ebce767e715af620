import { connect } from 'nats';
import { expect, test } from 'vitest';

import { NatsCluster } from '../../../../deploy/local/nats-cluster.ts';
import { testedVersions } from '../../../../deploy/local/testing/tested-versions.ts';
import { isOlder } from '../../../../deploy/local/tools/tool-version.ts';
import { createLogger } from '../../../../runtime/log.ts';
import { KvStore } from './kv-store.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const REPLICAS = 3;
const REQUEST_MS = 5_000;
const CONTENDERS = 4;
const ROUNDS = 50;
const SHARDS = [0, 1, 2];
const RECORD = { shardCount: SHARDS.length, capacity: SHARDS.length, staleMs: 30_000 };

const versions = await testedVersions('nats-server');

test.each(versions.filter(({ version }) => isOlder(version, '2.11.0')))(
  'nats-server $version: replicated leases are refused, since two could win one shard',
  async ({ binary }) => {
    await using cluster = await NatsCluster.start({ binary });
    const connection = await connect({ servers: cluster.url.split(',') });
    const store = new KvStore({ connection, replicas: REPLICAS, requestMs: REQUEST_MS, log });
    await expect(store.open()).rejects.toThrow(/expected nats-server 2\.11\.0 or later, or NATS_REPLICAS=1/);
    await connection.close();
  },
);

test.each(versions.filter(({ version }) => !isOlder(version, '2.11.0')))(
  `nats-server $version: with three replicas each shard has one owner in ${ROUNDS} contended rounds, a change of leader included`,
  async ({ binary }) => {
    await using cluster = await NatsCluster.start({ binary });
    const connections = await Promise.all(
      Array.from({ length: CONTENDERS }, async (_, index) =>
        connect({ servers: cluster.servers[index % REPLICAS]?.url ?? cluster.url }),
      ),
    );
    const stores = connections.map(
      (connection) => new KvStore({ connection, replicas: REPLICAS, requestMs: REQUEST_MS, log }),
    );
    const [first] = stores;
    const [connection] = connections;
    if (!first || !connection) throw new Error('no store');
    // A cluster takes a moment to agree that it is one.
    await expect
      .poll(
        async () =>
          first.open().then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    await Promise.all(stores.map(async (store) => store.open()));
    await first.changeCount(undefined, RECORD.shardCount);
    await Promise.all(stores.map(async (store, index) => store.join({ owner: `c${index}`, ...RECORD })));
    const epochs = new Map(SHARDS.map((shardId) => [shardId, 0]));
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round === ROUNDS / 2) await connection.request('$JS.API.STREAM.LEADER.STEPDOWN.KV_discord_leases');
      const won = await Promise.all(
        stores.map(async (store, index) => {
          const leases = await viewOf(store);
          return store.claim(
            `c${index}`,
            SHARDS.map((shardId) => ({ shardId, lease: leases.get(shardId) })).filter(
              ({ lease }) => lease?.owner === undefined,
            ),
          );
        }),
      );
      const shards = won.flat().map(({ shardId }) => shardId);
      expect(new Set(shards).size, `round ${round}`).toBe(shards.length);
      for (const { shardId, epoch } of won.flat()) {
        expect(epoch).toBeGreaterThan(epochs.get(shardId) ?? Infinity);
        epochs.set(shardId, epoch);
      }
      for (const [index, store] of stores.entries())
        await expect
          .poll(
            async () =>
              store.release(`c${index}`, won[index] ?? []).then(
                () => true,
                () => false,
              ),
            { timeout: 20_000 },
          )
          .toBe(true);
    }
    await Promise.all(stores.map(async (store) => store.close()));
    await Promise.all(connections.map(async (one) => one.close()));
  },
  90_000,
);

/** Without a leader nobody answers for a moment. */
async function viewOf(store: KvStore) {
  for (let tries = 0; ; tries += 1) {
    try {
      return (await store.view()).leases;
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}
