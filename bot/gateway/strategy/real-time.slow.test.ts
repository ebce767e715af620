import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { DEFAULT_STALE_MS } from './lease-times.ts';
import { LeaseRig, STORES } from './testing/lease-rig.ts';

/** What people are promised. */
const TAKEOVER_LIMIT_MS = 45_000;
const OUTAGE_MS = 60_000;

test.concurrent.each(STORES)(
  '%s: with the times that are the default, kill -9 is healed within 45 s and a minute without the store loses nothing',
  async (store) => {
    await using rig = await LeaseRig.start({ store, shardCount: 8, staleMs: DEFAULT_STALE_MS });
    const { traffic } = rig.pipeline.simulator;
    const one = rig.startGateway(1);
    const two = rig.startGateway(2);
    await rig.spread([one, two], [4, 4]);
    traffic.start({ eventsPerSecond: 200 });
    await sleep(2_000);

    await one.process.stop('SIGKILL');
    const tookMs = await rig.spread([two], [8], TAKEOVER_LIMIT_MS);
    const three = rig.startGateway(3);
    await rig.spread([two, three], [4, 4]);
    await sleep(2_000);

    const server = store === 'nats_kv' ? rig.pipeline.nats : rig.postgres;
    const stoppedAt = performance.now();
    await server.stop();
    await rig.spread([two, three], [0, 0], DEFAULT_STALE_MS);
    const fencedMs = performance.now() - stoppedAt;
    const attempts = rig.tap.attempts.length;
    await sleep(OUTAGE_MS - fencedMs);
    expect(rig.tap.attempts).toHaveLength(attempts);
    await server.startAgain();
    const backMs = await rig.spread([two, three], [4, 4]);

    const comparison = await rig.stored();
    expect(comparison).toMatchObject({ missing: [], repeated: [], unknown: [] });
    expect(rig.ledger.identifies()).toHaveLength(8);
    expect(rig.tap.late()).toEqual([]);
    console.info(
      `${store}: taken over ${Math.round(tookMs)} ms after kill -9; without the store closed after ${Math.round(fencedMs)} ms, up again ${Math.round(backMs)} ms after it came back; ${comparison.stored} stored exactly once`,
    );
  },
  300_000,
);
