import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { askPrometheus } from '../../docker/testing/ask-prometheus.ts';
import { HOST_ADDRESS } from '../../docker/testing/own-machine.ts';
import { NOTHING_LOST } from '../../docker/testing/simulated-discord.ts';
import { timedLog } from '../../docker/testing/timed-log.ts';
import { until } from '../../docker/testing/until.ts';
import { BotInCluster, RELEASE, SHARDS } from '../testing/cluster/bot-in-cluster.ts';
import { DiscordWebhooks } from '../testing/cluster/discord-webhooks.ts';
import { whyNoCluster } from '../testing/cluster/programs.ts';
import { stackArchives, stackInstallation } from '../testing/cluster/stack-installation.ts';
import { stackCopy, type StackCopy } from '../testing/stack.ts';

const EVENTS_PER_SECOND = 50;
const archives = stackArchives();
const reason =
  whyNoCluster() ?? (archives ? undefined : 'the charts of NATS and kube-prometheus-stack are not here');
if (reason) console.warn(`SKIPPED: the umbrella in a real cluster: ${reason}`);

describe.skipIf(reason !== undefined)('the umbrella in a real cluster', () => {
  const resources = new AsyncDisposableStack();
  let webhooks: DiscordWebhooks;
  let bot: BotInCluster;
  let prometheus: string;

  beforeAll(async () => {
    const log = timedLog();
    const copy: StackCopy = resources.use(await stackCopy(archives ?? {}));
    webhooks = resources.use(await DiscordWebhooks.start());
    const installation = stackInstallation(copy.path, `http://${HOST_ADDRESS}:${webhooks.port}`);
    bot = resources.use(await BotInCluster.install(installation, log));
    prometheus = await bot.open({ name: 'prometheus', port: 9_090 });
    await connected();
  }, 1_800_000);

  afterAll(async () => resources.disposeAsync(), 120_000);

  async function connected(): Promise<void> {
    await bot.discord.allConnected(SHARDS, 120_000);
  }

  async function expectNothingLost(): Promise<number> {
    const settled = await bot.discord.settle();
    expect(settled).toMatchObject(NOTHING_LOST);
    const { counts } = await bot.discord.status();
    expect(counts).toMatchObject({ identifies: SHARDS, sessionsEnded: 0 });
    return settled.dispatched;
  }

  /** Names of our alerts that fire. */
  async function firing(): Promise<string> {
    type Alerts = {
      alerts: { state: string; labels: Record<string, string>; annotations: Record<string, string> }[];
    };
    const { alerts } = await askPrometheus<Alerts>(prometheus, 'alerts');
    const ours = alerts.filter(
      ({ state, annotations }) =>
        state === 'firing' && annotations['runbook_url']?.includes('/alerts/runbooks/'),
    );
    return ours.map(({ labels }) => labels['alertname']).join(', ');
  }

  /** What was told in the channel for pages and has not ended. */
  function open(): string[] {
    const last = new Map<string, string>();
    for (const title of webhooks.titles('page')) {
      const [status = '', subject = ''] = title.split(': ', 2);
      last.set(subject, status);
    }
    return [...last].filter(([, status]) => status !== 'RESOLVED').map(([subject]) => subject);
  }

  test('helm test passes', async () => {
    expect(await bot.helm('test', RELEASE, '--logs')).toContain('Succeeded');
  }, 120_000);

  test('its Prometheus scrapes every process of the bot and has every rule', async () => {
    type Targets = { activeTargets: { labels: { job: string }; health: string; lastError: string }[] };
    const ours = async () => {
      const { activeTargets } = await askPrometheus<Targets>(prometheus, 'targets?state=active');
      return activeTargets
        .filter(({ labels }) => ['gateway', 'worker', 'exporter'].includes(labels.job))
        .map(({ labels, health, lastError }) => `${labels.job} ${health} ${lastError}`.trim())
        .toSorted((a, b) => a.localeCompare(b))
        .join(', ');
    };
    const wanted =
      'exporter up, gateway up, gateway up, worker up, worker up, worker up, worker up, worker up';
    await until('all targets are up', 120_000, async () => (await ours()) === wanted, ours);
    type Rules = { groups: { name: string; rules: { health: string; name: string }[] }[] };
    const { groups } = await askPrometheus<Rules>(prometheus, 'rules');
    const rules = groups.filter(({ name }) => name.startsWith('shardwatch')).flatMap((group) => group.rules);
    expect(rules.map(({ name }) => name)).toContain('DiscordShardDown');
    expect(rules.filter(({ health }) => health === 'err')).toEqual([]);
  }, 180_000);

  test('killing and restarting NATS servers under load loses nothing', async () => {
    await bot.discord.traffic(EVENTS_PER_SECOND);
    await bot.kill('shardwatch-nats-0');
    const restarts = ['--output', 'jsonpath={.status.containerStatuses[0].restartCount}'];
    const again = async () => (await bot.kubectl('get', 'pod', 'shardwatch-nats-0', ...restarts)) === '1';
    await until('it was started again', 60_000, again);
    await bot.kubectl('rollout', 'status', 'statefulset/shardwatch-nats', '--timeout=3m');
    await bot.kubectl('rollout', 'restart', 'statefulset/shardwatch-nats');
    await bot.kubectl('rollout', 'status', 'statefulset/shardwatch-nats', '--timeout=5m');
    await connected();
    console.info(`NATS killed and restarted: ${await expectNothingLost()} stored once`);
  }, 900_000);

  test('nobody is told of anything while all is well', async () => {
    await until(
      'nothing of ours fires but the Watchdog',
      600_000,
      async () => (await firing()) === 'Watchdog',
      firing,
    );
    expect(webhooks.titles('page')).toEqual([]);
  }, 700_000);

  test('gateways that are gone are a page in the Discord channel, and their return is its end', async () => {
    await bot.discord.traffic(EVENTS_PER_SECOND);
    const startedAtMs = performance.now();
    await bot.kubectl('scale', 'statefulset', 'shardwatch-gateway', '--replicas=0');
    const told = async () => webhooks.titles('page').join(', ');
    await until('a page came', 300_000, async () => webhooks.titles('page').length > 0, told);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    console.info(`the first page came after ${seconds.toFixed(0)} s: ${await told()}`);
    await bot.kubectl('scale', 'statefulset', 'shardwatch-gateway', '--replicas=2');
    await connected();
    await expectNothingLost();
    await until('its end was told', 900_000, async () => open().length === 0, told);
  }, 1_500_000);
});
