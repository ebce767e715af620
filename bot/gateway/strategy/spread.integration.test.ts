import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import type { GatewayProcess } from '../../testing/pipeline.ts';
import { LeaseRig, STORES } from './testing/lease-rig.ts';

/** So that each owner has traffic of its own to hand over. */
const SETTLE_MS = 700;

/** The next owner resumes exactly behind what the last one stored: nothing is sent into the stream twice. */
async function expectNoRepeats(gateways: readonly GatewayProcess[]): Promise<void> {
  for (const gateway of gateways) {
    const metrics = await gateway.scrape();
    expect(metrics.value('discord_publish_duplicates_total'), gateway.process.output).toBe(0);
    expect(metrics.value('discord_shard_leases_lost_total')).toBe(0);
  }
}

test.each(STORES)(
  '%s: 1, 2, 3, 2, 1 processes share the shards evenly, by RESUME alone, and no event is lost or repeated',
  async (store) => {
    await using rig = await LeaseRig.start({ store, shardCount: 8, staleMs: 6_000 });
    const one = rig.startGateway(1);
    await rig.spread([one], [8]);
    rig.pipeline.simulator.traffic.start({ eventsPerSecond: 400 });
    await sleep(SETTLE_MS);

    const two = rig.startGateway(2);
    await rig.spread([one, two], [4, 4]);
    await sleep(SETTLE_MS);
    const three = rig.startGateway(3);
    await rig.spread([one, two, three], [2, 3, 3]);
    await sleep(SETTLE_MS);
    const resumes = rig.ledger.resumes().length;
    await expectNoRepeats([one, two, three]);

    expect((await one.process.stop()).code, one.process.output).toBe(0);
    await rig.spread([two, three], [4, 4]);
    await sleep(SETTLE_MS);
    expect((await three.process.stop()).code, three.process.output).toBe(0);
    await rig.spread([two], [8]);
    await sleep(SETTLE_MS);
    await expectNoRepeats([two]);

    const comparison = await rig.stored();
    expect(comparison).toMatchObject({ missing: [], repeated: [], unknown: [] });
    expect(rig.ledger.identifies()).toHaveLength(8);
    expect(rig.tap.late()).toEqual([]);
    // Nothing moves without a gain: 4 shards at the second process, 2 at the third.
    expect(resumes).toBe(6);
    const replayed = rig.ledger.resumes().reduce((sum, resume) => sum + resume.replayed, 0);
    console.info(
      `${store}: ${comparison.stored} stored exactly once, ${rig.ledger.resumes().length} RESUMEs with ${replayed} dispatches, 0 IDENTIFYs`,
    );
  },
  90_000,
);
