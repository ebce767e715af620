import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { DEFAULT_PORTS } from '../../../runtime/default-ports.ts';
import { leftoversOf } from '../../docker/testing/leftovers.ts';
import { NOTHING_LOST } from '../../docker/testing/simulated-discord.ts';
import { timedLog } from '../../docker/testing/timed-log.ts';
import { until } from '../../docker/testing/until.ts';
import { BotInCluster, CHART_ALONE, RELEASE, SHARDS, type Pod } from '../testing/cluster/bot-in-cluster.ts';
import { whyNoCluster } from '../testing/cluster/programs.ts';

const EVENTS_PER_SECOND = 100;
const COMPONENTS = ['gateway', 'worker', 'exporter'] as const;
/** Of the pods: the process must be gone before the kubelet loses patience. */
const GRACE_SECONDS = 30;

const reason = whyNoCluster();
if (reason) console.warn(`SKIPPED: the chart in a real cluster: ${reason}`);

describe.skipIf(reason !== undefined)('the chart in a real cluster', () => {
  let bot: BotInCluster;
  let folder = '';

  beforeAll(async () => {
    bot = await BotInCluster.install(CHART_ALONE, timedLog());
    folder = bot.cluster.folder;
    await connected();
  }, 1_800_000);

  afterAll(async () => {
    if (!bot) return;
    await bot[Symbol.asyncDispose]();
    expect(await leftoversOf(folder)).toEqual([]);
  }, 120_000);

  async function connected(): Promise<number> {
    return bot.discord.allConnected(SHARDS, 60_000);
  }

  async function allPods(): Promise<Pod[]> {
    return (await Promise.all(COMPONENTS.map(async (component) => bot.pods(component)))).flat();
  }

  /** All that Discord sent is in the stream once and handled, and no session had to begin anew. */
  async function expectNothingLost() {
    const settled = await bot.discord.settle();
    expect(settled).toMatchObject(NOTHING_LOST);
    const { counts } = await bot.discord.status();
    expect(counts).toMatchObject({ identifies: SHARDS, sessionsEnded: 0 });
    return { dispatched: settled.dispatched, resumes: counts.resumesAccepted };
  }

  /** Shards of each gateway, as it says itself. */
  async function held(): Promise<number[]> {
    const gateways = (await bot.pods('gateway')).filter(({ metadata }) => !metadata.deletionTimestamp);
    return Promise.all(
      gateways.map(async ({ metadata }) => {
        const metrics = await bot.metrics(metadata.name, DEFAULT_PORTS.gateway);
        return Number(/^discord_shard_leases_held (\d+)$/m.exec(metrics)?.[1]);
      }),
    );
  }

  async function expectNoRestarts(): Promise<void> {
    const restarted = (await allPods()).filter(({ status }) =>
      status.containerStatuses?.some(({ restartCount }) => restartCount > 0),
    );
    expect(restarted.map(({ metadata }) => metadata.name)).toEqual([]);
  }

  test('helm test passes', async () => {
    expect(await bot.helm('test', RELEASE, '--logs')).toContain('Succeeded');
  }, 120_000);

  test('a rolling restart of everything under load loses nothing and identifies nothing', async () => {
    await bot.discord.traffic(EVENTS_PER_SECOND);
    const before = await bot.discord.status();
    await bot.kubectl(
      'rollout',
      'restart',
      'statefulset,deployment',
      '--selector',
      'app.kubernetes.io/name=shardwatch',
    );
    await bot.rolledOut();
    await connected();
    const { dispatched, resumes } = await expectNothingLost();
    expect(resumes - before.counts.resumesAccepted).toBeGreaterThanOrEqual(SHARDS);
    await expectNoRestarts();
    console.info(`rolling restart: ${dispatched} dispatched and stored once, 0 further IDENTIFYs`);
  }, 600_000);

  test('helm upgrade that changes the pods under load loses nothing and identifies nothing', async () => {
    await bot.discord.traffic(EVENTS_PER_SECOND);
    const before = (await allPods()).map(({ metadata }) => metadata.uid);
    await bot.upgrade({ env: { LOG_LEVEL: 'debug' } });
    await connected();
    const { dispatched } = await expectNothingLost();
    const after = (await allPods()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(after.filter(({ metadata }) => before.includes(metadata.uid))).toEqual([]);
    await expectNoRestarts();
    console.info(`helm upgrade: ${dispatched} dispatched and stored once`);
  }, 600_000);

  test.for([
    ['whose process is killed', async () => bot.kill(`${RELEASE}-gateway-0`)],
    ['that is deleted by force', async () => bot.deleteByForce(`${RELEASE}-gateway-0`)],
  ] as const)('a gateway %s comes back and resumes its shards', { timeout: 300_000 }, async ([, strike]) => {
    await bot.discord.traffic(EVENTS_PER_SECOND);
    const before = (await bot.discord.status()).counts.resumesAccepted;
    await strike();
    const resumed = async () => (await bot.discord.status()).counts.resumesAccepted - before;
    const each = SHARDS / 2;
    const tookMs = await until('its shards are resumed', 60_000, async () => (await resumed()) >= each);
    await connected();
    const { dispatched } = await expectNothingLost();
    console.info(`all shards resumed after ${(tookMs / 1_000).toFixed(1)} s; ${dispatched} stored once`);
  });

  test('a disruption budget lets one gateway go at a time', async () => {
    await bot.discord.traffic(EVENTS_PER_SECOND);
    expect(await bot.evict(`${RELEASE}-gateway-0`)).toBeUndefined();
    expect(await bot.evict(`${RELEASE}-gateway-1`)).toContain('disruption budget');
    await bot.rolledOut();
    await connected();
    await expectNothingLost();
  }, 300_000);

  test('an upgrade that would give shards to old and new pods at once is refused, and goes from none', async () => {
    await bot.discord.traffic(EVENTS_PER_SECOND);
    const gateway = { replicas: SHARDS, shardCount: SHARDS, shardsPerProcess: 1 };
    await expect(bot.upgrade({ gateway })).rejects.toThrow('gateway.shardsPerProcess: from 2 to 1');
    const leased = { ...gateway, replicas: 2, shardsPerProcess: 'all', strategy: 'nats_kv' };
    await expect(bot.upgrade({ gateway: leased })).rejects.toThrow(
      'gateway.strategy: from ordinal to nats_kv',
    );
    await bot.kubectl('scale', 'statefulset', `${RELEASE}-gateway`, '--replicas=0');
    await until('no gateway is left', 60_000, async () => (await bot.pods('gateway')).length === 0);
    await bot.upgrade({ gateway: leased });
    await connected();
    const { dispatched } = await expectNothingLost();
    console.info(`from ordinal to leases: ${dispatched} dispatched and stored once`);
  }, 600_000);

  test('with leases the number of gateways may change under load', async () => {
    await bot.discord.traffic(EVENTS_PER_SECOND);
    for (const replicas of [3, 1]) {
      await bot.kubectl('scale', 'statefulset', `${RELEASE}-gateway`, `--replicas=${replicas}`);
      await bot.rolledOut();
      const least = Math.floor(SHARDS / replicas);
      const heldByEach = async () => JSON.stringify(await held());
      const spread = async () => {
        // A pod that goes just now does not answer.
        const each = await held().catch(() => []);
        return each.length === replicas && each.every((count) => count >= least);
      };
      await until(`${replicas} gateways share the shards`, 60_000, spread, heldByEach);
    }
    await connected();
    const { dispatched } = await expectNothingLost();
    console.info(`2, 3 and 1 gateways: ${dispatched} dispatched and stored once`);
  }, 600_000);

  test('every process ends in time and by itself when the release is uninstalled', async () => {
    await bot.discord.traffic(EVENTS_PER_SECOND);
    const startedAtMs = performance.now();
    await bot.helm('uninstall', RELEASE, '--wait');
    await until('no pod is left', GRACE_SECONDS * 1_000, async () => (await allPods()).length === 0);
    expect(performance.now() - startedAtMs).toBeLessThan(GRACE_SECONDS * 1_000);
    const left = await bot.kubectl(
      'get',
      'all,configmap,secret,pdb,networkpolicy,servicemonitor,prometheusrule',
      '--selector',
      'app.kubernetes.io/name=shardwatch',
      '--output',
      'name',
    );
    expect(left).toBe('');
  }, 120_000);
});
