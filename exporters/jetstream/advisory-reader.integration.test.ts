import { connect, type JetStreamManager } from 'nats';
import { expect, test, vi } from 'vitest';

import { NatsCluster } from '../../deploy/local/nats-cluster.ts';
import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';
import { AdvisoryReader } from './advisory-reader.ts';

const STREAM = 'ADVISORIES';
const SUBJECT = 'advisory.x';
/** Enough that some of their consumers are placed on the server that is gone: about one in five. */
const READERS = 20;
const DEADLINE_MS = 9_000;
const POLL = { timeout: 30_000, interval: 250 };

test.each(await testedVersions('nats-server'))(
  'a server that is gone does not keep advisories from being read ($version)',
  async ({ binary }) => {
    await using cluster = await NatsCluster.start({ binary });
    const connection = await connect({ servers: cluster.url.split(','), maxReconnectAttempts: -1 });
    const manager = await connection.jetstreamManager({ checkAPI: false });
    const follower = await vi.waitFor(async () => followerOf(manager), POLL);
    const readers = Array.from({ length: READERS }, () => new AdvisoryReader(connection, STREAM));
    // Each begins where the stream ends when it first sees it.
    const before = await manager.streams.info(STREAM);
    for (const reader of readers) await reader.read(before, performance.now() + DEADLINE_MS);
    await connection.jetstream().publish(SUBJECT, '{}');
    await cluster.named(follower).kill();
    // It may have led the servers, and they elect another.
    const info = await vi.waitFor(async () => manager.streams.info(STREAM), POLL);
    for (const reader of readers) {
      await reader.read(info, performance.now() + DEADLINE_MS);
      expect(reader.pending(info)).toBe(0);
    }
    await connection.close();
  },
);

async function followerOf(manager: JetStreamManager): Promise<string> {
  const { cluster } = await manager.streams.add({ name: STREAM, subjects: [SUBJECT], num_replicas: 3 });
  const follower = cluster?.replicas?.[0]?.name;
  if (!follower) throw new Error('it has no followers yet');
  return follower;
}
