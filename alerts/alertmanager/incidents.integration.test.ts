import { describe, expect, test } from 'vitest';

import { Alertmanager } from '../../deploy/local/alertmanager.ts';
import { PageReceiver } from '../../deploy/local/page-receiver.ts';
import { Prometheus } from '../../deploy/local/prometheus.ts';
import { applyValues } from '../apply-values.ts';
import { ruleFile } from '../rules/rule-file.ts';
import { WATCHDOG } from '../thresholds.ts';
import { alertmanagerConfig } from './config-file.ts';
import { localReceivers } from './local-receivers.ts';
import { FAST_TIMING } from './testing/fast.ts';
import { startMetricsSource } from './testing/metrics-source.ts';

const POLL = { timeout: 40_000, interval: 200 };

/** The real rules and the real configuration, with seconds for minutes. */
const SETTINGS = applyValues({
  thresholds: {
    MonitoringTargetDown: { critical: { for: '2s' }, natsKeepFiringFor: '12s' },
    DiscordShardDown: { critical: { for: '3s', keepFiringFor: '6s' }, window: '4s' },
  },
  prometheus: { scrapeInterval: '1s', evaluationInterval: '1s' },
});
const TIMING = { ...FAST_TIMING, unseen: { ...FAST_TIMING.unseen, groupWait: '7s' } } as const;

const gateway = (up: 0 | 1) =>
  `discord_shards_configured 2\ndiscord_shard_up{shard="0"} ${up}\ndiscord_shard_up{shard="1"} ${up}\n`;
const exporter = (up: 0 | 1) => `jetstream_exporter_up ${up}\n`;

async function startIncident() {
  await using starting = new AsyncDisposableStack();
  const sources = {
    gateway: starting.use(await startMetricsSource(gateway(1))),
    exporter: starting.use(await startMetricsSource(exporter(1))),
    worker: starting.use(await startMetricsSource('')),
  };
  const pages = starting.use(await PageReceiver.start());
  const settings = { version: '0.25', receivers: localReceivers(pages.url), timing: TIMING };
  const alertmanager = starting.use(
    await Alertmanager.start({ config: alertmanagerConfig(settings, SETTINGS) }),
  );
  const jobs = Object.entries(sources).map(([job, { target }]) => [job, [target]] as const);
  const prometheus = starting.use(
    await Prometheus.start({
      jobs: Object.fromEntries(jobs),
      rules: ruleFile(SETTINGS),
      alertmanager: alertmanager.address,
      ...SETTINGS.prometheus,
    }),
  );
  const firing = async () =>
    (await prometheus.alerts())
      .filter(({ state, labels }) => state === 'firing' && labels['alertname'] !== WATCHDOG)
      .map(({ labels }) => labels['alertname'] ?? '')
      .toSorted((a, b) => a.localeCompare(b));
  const silenced = async () =>
    (await alertmanager.alerts())
      .filter(({ status }) => status.state === 'suppressed')
      .map(({ labels }) => labels['alertname']);
  const told = () =>
    pages.messages
      .filter(({ receiver }) => receiver !== 'watchdog')
      .map(({ receiver, status, notifications }) =>
        [receiver, status, notifications[0]?.alertname].join(' '),
      );
  const allSeen = async () => (await prometheus.targets()).map(({ health }) => health);
  const healthy = ['up', 'up', 'up'];
  await expect.poll(allSeen, POLL).toEqual(healthy);
  await expect.poll(firing, POLL).toEqual([]);
  // Until it found its targets they were missing, and a group that has been told of something waits no more.
  await prometheus.stop();
  await alertmanager.stop();
  await alertmanager.startAgain();
  await prometheus.startAgain();
  await expect.poll(allSeen, POLL).toEqual(healthy);
  const resources = starting.move();
  return {
    ...sources,
    firing,
    silenced,
    told,
    [Symbol.asyncDispose]: async () => resources.disposeAsync(),
  };
}

/** Real evaluations and waits; on a busy machine each takes its time. */
describe.concurrent('incidents', { timeout: 150_000 }, () => {
  test('NATS is down and takes the shards along: one page, and its end, also when all is back', async ({
    expect,
  }) => {
    await using incident = await startIncident();
    incident.exporter.text = exporter(0);
    incident.gateway.text = gateway(0);
    await expect.poll(incident.firing, POLL).toEqual(['DiscordShardDown', 'MonitoringTargetDown']);
    await expect.poll(incident.silenced, POLL).toEqual(['DiscordShardDown']);
    await expect.poll(incident.told, POLL).toEqual(['page firing MonitoringTargetDown']);

    incident.exporter.text = exporter(1);
    incident.gateway.text = gateway(1);
    await expect.poll(incident.firing, POLL).toEqual([]);
    const all = ['page firing MonitoringTargetDown', 'page resolved MonitoringTargetDown'];
    await expect.poll(incident.told, POLL).toEqual(all);
  });

  test('a gateway is gone with its shards: one page, about the shards, and its end', async ({ expect }) => {
    await using incident = await startIncident();
    incident.gateway.gone = true;
    await expect.poll(incident.firing, POLL).toEqual(['DiscordShardDown', 'MonitoringTargetDown']);
    await expect.poll(incident.silenced, POLL).toEqual(['MonitoringTargetDown']);
    await expect.poll(incident.told, POLL).toEqual(['page firing DiscordShardDown']);

    incident.gateway.gone = false;
    await expect.poll(incident.firing, POLL).toEqual([]);
    const all = ['page firing DiscordShardDown', 'page resolved DiscordShardDown'];
    await expect.poll(incident.told, POLL).toEqual(all);
  });
});
