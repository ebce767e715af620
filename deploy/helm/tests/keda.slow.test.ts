import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CONSUMERS, TASKS_STREAM } from '../../../bot/streams.ts';
import { leftoversOf } from '../../docker/testing/leftovers.ts';
import { NOTHING_LOST } from '../../docker/testing/simulated-discord.ts';
import { timedLog } from '../../docker/testing/timed-log.ts';
import { until } from '../../docker/testing/until.ts';
import { BotInCluster, RELEASE, SHARDS } from '../testing/cluster/bot-in-cluster.ts';
import { BUSY, SCALED_BY_KEDA } from '../testing/cluster/keda-installation.ts';
import { whyNoCluster } from '../testing/cluster/programs.ts';
import {
  conditionOf,
  failuresOf,
  ReplicaHistory,
  replicasOfWorkers,
} from '../testing/cluster/scaled-worker.ts';

const { worker, concurrency, replicas: least, maxReplicas: most, lagThreshold } = BUSY;
/** Each message is deleted, and its author warned: two requests, one after the other. */
const REST_DELAY_MS = 500;
const ONE_POD_PER_SECOND = concurrency / ((2 * REST_DELAY_MS) / 1_000);
/** More than the most pods can do, so that what waits only grows. */
const TOO_MANY_PER_SECOND = ONE_POD_PER_SECOND * (most + 1);
/** As many as they can do: what waits stays. */
const ENOUGH_PER_SECOND = ONE_POD_PER_SECOND * most;
const BLOCKED_MESSAGES = { mix: { message: 1 }, blockedRatio: 1 };
/** As the chart is installed: nobody else has more to do than one pod can. */
const OTHERS = { 'voice-tracker': 1, 'interaction-responder': 2, 'task-worker': 1 };
const SCALED_WITHIN_MS = 300_000;
/** It asks every few seconds: long after it would have taken a pod away. */
const MANY_FAILURES = 20;

const reason = whyNoCluster();
if (reason) console.warn(`SKIPPED: workers scaled by KEDA in a real cluster: ${reason}`);

describe.skipIf(reason !== undefined)('workers scaled by KEDA in a real cluster', () => {
  let bot: BotInCluster;
  let folder = '';

  beforeAll(async () => {
    bot = await BotInCluster.install(SCALED_BY_KEDA, timedLog());
    folder = bot.cluster.folder;
    await bot.discord.allConnected(SHARDS, 60_000);
  }, 1_800_000);

  afterAll(async () => {
    if (!bot) return;
    await bot[Symbol.asyncDispose]();
    expect(await leftoversOf(folder)).toEqual([]);
  }, 120_000);

  async function backlog(): Promise<number> {
    const { stream, durable_name: name } = CONSUMERS[worker];
    const { consumers } = await bot.connection.jetstreamManager();
    const { num_pending, num_ack_pending } = await consumers.info(stream, name);
    return num_pending + num_ack_pending;
  }

  /** Messages so far; that each of them was deleted is told to somebody by a task. */
  async function moderated(): Promise<number> {
    const jetstream = await bot.connection.jetstreamManager();
    return (await jetstream.streams.info(TASKS_STREAM)).state.last_seq;
  }

  async function reached(wanted: number): Promise<void> {
    const now = async () => JSON.stringify(await replicasOfWorkers(bot));
    const there = async () => (await replicasOfWorkers(bot))[worker] === wanted;
    await until(`${worker} has ${wanted} pods`, SCALED_WITHIN_MS, there, now);
    await bot.rolledOut();
  }

  async function expectNothingLost(): Promise<number> {
    const settled = await bot.discord.settle();
    expect(settled).toMatchObject(NOTHING_LOST);
    return settled.dispatched;
  }

  /** NATS's monitoring has no address any more, or its own again. */
  async function monitoring(name: 'nats' | 'nowhere'): Promise<void> {
    const patch = { spec: { selector: { 'app.kubernetes.io/name': name } } };
    await bot.kubectl('patch', 'service', 'nats-headless', '--patch', JSON.stringify(patch));
  }

  test('KEDA takes every ScaledObject, and no worker has fewer pods than its replicas', async () => {
    for (const [each, replicas] of Object.entries({ ...OTHERS, [worker]: least })) {
      const asked = async () => (await conditionOf(bot, 'hpa', each, 'ScalingActive'))?.status === 'True';
      const why = async () => JSON.stringify(await conditionOf(bot, 'hpa', each, 'ScalingActive'));
      await until(`the autoscaler of ${each} has its metric`, 120_000, asked, why);
      expect(await conditionOf(bot, 'scaledobject', each, 'Ready')).toMatchObject({ status: 'True' });
      const there = async () => (await replicasOfWorkers(bot))[each] === replicas;
      await until(`${each} has ${replicas} pods`, 60_000, there);
    }
  }, 300_000);

  test('a backlog brings pods to its worker alone, up to the most', async () => {
    await using history = new ReplicaHistory(bot, worker);
    await bot.discord.slowRest(REST_DELAY_MS);
    await bot.discord.traffic(TOO_MANY_PER_SECOND, BLOCKED_MESSAGES);
    const startedAtMs = performance.now();
    await reached(most);
    const more = async () => (await backlog()) > 2 * most * lagThreshold;
    await until('there is work for twice as many', 120_000, more);
    const limited = async () => (await conditionOf(bot, 'hpa', worker, 'ScalingLimited'))?.reason;
    await until(
      'the autoscaler would have more',
      60_000,
      async () => (await limited()) === 'TooManyReplicas',
    );
    expect(history.replicas.toSorted((a, b) => a - b)).toEqual(history.replicas);
    expect(await replicasOfWorkers(bot)).toEqual({ ...OTHERS, [worker]: most });
    const steps = history.changes.map(
      ({ replicas, atMs }) => `${replicas} at ${seconds(atMs - startedAtMs)} s`,
    );
    console.info(`scaled up: ${steps.join(', ')}; ${await backlog()} messages wait`);
    await bot.discord.traffic(ENOUGH_PER_SECOND, BLOCKED_MESSAGES);
  }, 600_000);

  test('an upgrade takes no pod away from a worker that has more than the values say', async () => {
    await using history = new ReplicaHistory(bot, worker);
    await bot.upgrade({ env: { LOG_LEVEL: 'debug' } });
    expect(history.replicas).toEqual([most]);
    expect(history.fewestAvailable).toBeGreaterThanOrEqual(most);
    expect(await replicasOfWorkers(bot)).toEqual({ ...OTHERS, [worker]: most });
  }, 600_000);

  test('all pods together work a backlog off, and it takes more than one of them', async () => {
    await bot.discord.traffic(0);
    const [waiting, before, startedAtMs] = [await backlog(), await moderated(), performance.now()];
    await until('half of it is done', 300_000, async () => (await backlog()) < waiting / 2);
    const perSecond = ((await moderated()) - before) / ((performance.now() - startedAtMs) / 1_000);
    console.info(`${most} pods did ${perSecond.toFixed(1)} a second, one can do ${ONE_POD_PER_SECOND}`);
    expect(perSecond).toBeGreaterThan(1.5 * ONE_POD_PER_SECOND);
  }, 600_000);

  test('while NATS cannot be asked no pod is taken away, although nothing waits', async () => {
    await using history = new ReplicaHistory(bot, worker);
    await monitoring('nowhere');
    const fallback = async () => (await conditionOf(bot, 'scaledobject', worker, 'Fallback'))?.status;
    await until('KEDA falls back', 120_000, async () => (await fallback()) === 'True');
    console.info(`nothing is lost of ${await expectNothingLost()}`);
    const failures = async () => failuresOf(bot, worker);
    await until('KEDA failed often', 300_000, async () => (await failures()) > MANY_FAILURES);
    expect(history.replicas).toEqual([most]);
    expect(await replicasOfWorkers(bot)).toEqual({ ...OTHERS, [worker]: most });
  }, 900_000);

  test('once NATS can be asked again pods leave one by one, down to the replicas of the values', async () => {
    await using history = new ReplicaHistory(bot, worker);
    await monitoring('nats');
    await reached(least);
    const apart = history.changes
      .slice(1)
      .map(({ atMs }, index) => atMs - (history.changes[index]?.atMs ?? 0));
    console.info(`scaled down: ${history.replicas.join(', ')} after ${apart.map(seconds).join(', ')} s`);
    expect(history.replicas).toEqual([3, 2, 1]);
    expect(history.fewestAvailable).toBeGreaterThanOrEqual(least);
    expect(await replicasOfWorkers(bot)).toEqual({ ...OTHERS, [worker]: least });
    expect(await conditionOf(bot, 'scaledobject', worker, 'Fallback')).toMatchObject({ status: 'False' });
  }, 900_000);

  test('a worker is held at a number of pods, and keeps it when KEDA is turned off', async () => {
    const held = 2;
    const scaled = `scaledobject/${RELEASE}-${worker}`;
    await bot.kubectl('annotate', scaled, `autoscaling.keda.sh/paused-replicas=${held}`);
    await reached(held);
    await using history = new ReplicaHistory(bot, worker);
    await bot.upgrade({ workers: { [worker]: { replicas: held, keda: { enabled: false } } } });
    const scaling = async () => bot.kubectl('get', 'scaledobject,hpa', '--output', 'name');
    await until('its autoscaler is gone', 60_000, async () => !(await scaling()).includes(worker), scaling);
    expect(history.replicas).toEqual([held]);
    expect(await replicasOfWorkers(bot)).toEqual({ ...OTHERS, [worker]: held });
  }, 300_000);

  test('KEDA that is turned on for a worker brings it back to its replicas', async () => {
    const replicas = 3;
    await bot.upgrade({ workers: { [worker]: { replicas, keda: { enabled: false } } } });
    await using history = new ReplicaHistory(bot, worker);
    await bot.upgrade({ workers: { [worker]: { replicas } } });
    const asked = async () => (await conditionOf(bot, 'hpa', worker, 'ScalingActive'))?.status === 'True';
    const created = async () => (await bot.kubectl('get', 'hpa', '--output', 'name')).includes(worker);
    await until('it has an autoscaler', 60_000, async () => (await created()) && (await asked()));
    await reached(replicas);
    // The one that Kubernetes puts in between may last for less than we look.
    console.info(`turned on: ${history.replicas.join(', ')}`);
    expect(await replicasOfWorkers(bot)).toEqual({ ...OTHERS, [worker]: replicas });
    await expectNothingLost();
  }, 300_000);
});

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(0);
}
