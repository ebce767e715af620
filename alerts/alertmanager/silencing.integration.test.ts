import { describe, test } from 'vitest';

import { Alertmanager, type SentAlert } from '../../deploy/local/alertmanager.ts';
import { PageReceiver } from '../../deploy/local/page-receiver.ts';
import type { AlertName, Severity } from '../thresholds.ts';
import { WATCHDOG } from '../thresholds.ts';
import { fastConfig } from './testing/fast.ts';
import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';

type Labels = Readonly<Record<string, string>>;

const versions = await testedVersions('alertmanager');
const TIMEOUT_MS = 20_000;

/** It begins when it is sent: one that began before its group's wait would be told at once. */
function alert(alertname: AlertName, severity: Severity, labels: Labels): SentAlert {
  return {
    labels: { alertname, severity, namespace: 'bots', ...labels },
  };
}

function ended(sent: SentAlert): SentAlert {
  return { ...sent, endsAt: new Date().toISOString() };
}

const shard = (name: string) => ({ job: 'gateway', shard: name });
const consumer = (name: string) => ({ stream_name: 'DISCORD_EVENTS', consumer_name: name });
const container = (instance: string) => ({ job: 'worker', instance });
const podContainer = (pod: string) => ({
  pod,
  container: 'worker',
  instance: '10.0.0.1:9001',
  job: 'worker',
});
const target = (component: string, job = component) => ({ component, job, instance: `${job}:1` });
const nats = { component: 'nats', job: 'exporter', instance: 'exporter:1' };

/** [what happens, the alert that silences, those that it silences, those that it does not] */
const STORIES: readonly (readonly [string, SentAlert, readonly SentAlert[], readonly SentAlert[]])[] = [
  [
    'a critical shard and the warning of the same shard, but not of another one or another bot',
    alert('DiscordShardEventGap', 'critical', shard('3')),
    [alert('DiscordShardEventGap', 'warning', shard('3'))],
    [
      alert('DiscordShardEventGap', 'warning', shard('7')),
      alert('DiscordShardEventGap', 'warning', { ...shard('3'), job: 'other-bot' }),
      alert('DiscordShardHeartbeatSlow', 'warning', shard('3')),
    ],
  ],
  [
    'a critical consumer and its warning',
    alert('JetStreamConsumerPendingHigh', 'critical', consumer('task-worker')),
    [alert('JetStreamConsumerPendingHigh', 'warning', consumer('task-worker'))],
    [alert('JetStreamConsumerPendingHigh', 'warning', consumer('voice-tracker'))],
  ],
  [
    'a critical container without a pod and its warning',
    alert('ContainerMemoryHigh', 'critical', container('a:1')),
    [alert('ContainerMemoryHigh', 'warning', container('a:1'))],
    [alert('ContainerMemoryHigh', 'warning', container('b:1'))],
  ],
  [
    'a critical container of a pod and its warning',
    alert('ContainerMemoryHigh', 'critical', podContainer('worker-1')),
    [alert('ContainerMemoryHigh', 'warning', podContainer('worker-1'))],
    [alert('ContainerMemoryHigh', 'warning', podContainer('worker-2'))],
  ],
  [
    'NATS that is down and the shards that wait for it',
    alert('MonitoringTargetDown', 'critical', nats),
    [
      alert('DiscordShardDown', 'critical', { job: 'gateway', scope: 'fleet' }),
      alert('DiscordShardDown', 'critical', { ...shard('3'), scope: 'shard' }),
    ],
    [
      alert('ContainerMemoryHigh', 'critical', container('a:1')),
      alert('MonitoringTargetDown', 'critical', target('worker')),
    ],
  ],
  [
    'shards that are down and the gateway that took them along',
    alert('DiscordShardDown', 'critical', { ...shard('3'), scope: 'shard' }),
    [
      alert('MonitoringTargetDown', 'critical', target('gateway')),
      alert('DiscordShardEventGap', 'critical', shard('3')),
      alert('DiscordShardHeartbeatSlow', 'critical', shard('3')),
    ],
    [
      alert('MonitoringTargetDown', 'critical', target('gateway', 'other-bot')),
      alert('MonitoringTargetDown', 'critical', target('exporter')),
      alert('DiscordShardEventGap', 'critical', shard('7')),
      alert('DiscordShardHeartbeatSlow', 'warning', shard('7')),
    ],
  ],
  [
    'a deaf shard and its late heartbeats',
    alert('DiscordShardEventGap', 'critical', shard('3')),
    [alert('DiscordShardHeartbeatSlow', 'critical', shard('3'))],
    [alert('DiscordShardHeartbeatSlow', 'critical', shard('7'))],
  ],
  [
    'a consumer that stands still, what piles up, and the worker that is gone',
    alert('JetStreamConsumerStalled', 'critical', consumer('task-worker')),
    [
      alert('JetStreamConsumerPendingHigh', 'critical', consumer('task-worker')),
      alert('JetStreamConsumerPendingHigh', 'warning', consumer('task-worker')),
      alert('JetStreamRedeliveryRateHigh', 'critical', { consumer_name: 'task-worker' }),
      alert('MonitoringTargetDown', 'critical', target('worker')),
    ],
    [
      alert('JetStreamConsumerPendingHigh', 'critical', consumer('voice-tracker')),
      alert('JetStreamRedeliveryRateHigh', 'critical', { consumer_name: 'voice-tracker' }),
      alert('DeadLettersArriving', 'warning', { consumer_name: 'task-worker' }),
      alert('MonitoringTargetDown', 'critical', nats),
    ],
  ],
];

describe.concurrent.for(versions)('Alertmanager $version', ({ binary }) => {
  async function start() {
    await using starting = new AsyncDisposableStack();
    const pages = starting.use(await PageReceiver.start());
    const alertmanager = starting.use(await Alertmanager.start({ binary, config: fastConfig(pages.url) }));
    const resources = starting.move();
    return { pages, alertmanager, [Symbol.asyncDispose]: async () => resources.disposeAsync() };
  }

  test.for(STORIES)('%s', async ([, cause, silenced, told], { expect }) => {
    await using local = await start();
    const [first] = silenced;
    const elsewhere = { ...first, labels: { ...first?.labels, namespace: 'elsewhere' } };
    const alerts = [cause, ...silenced, ...told, elsewhere];
    await local.alertmanager.send(alerts);
    // Asking makes it judge: what is silenced is so from the moment on that it knows of the cause.
    const silent = async () => {
      const held = await local.alertmanager.alerts();
      return new Set(held.filter(({ status }) => status.state === 'suppressed').map(({ labels }) => labels));
    };
    await expect.poll(silent, { timeout: TIMEOUT_MS }).toEqual(new Set(silenced.map(({ labels }) => labels)));
    const speaking = alerts.filter((each) => !silenced.includes(each));
    await Promise.all(
      speaking.map(async ({ labels }) =>
        local.pages.waitFor((notification) => isOf(labels, notification.labels), TIMEOUT_MS),
      ),
    );
    expect(
      local.pages.notifications.filter(({ labels }) => silenced.some((each) => isOf(each.labels, labels))),
    ).toEqual([]);
  });

  test('fifty shards are one page, what is new about them another, and their end is told once', async ({
    expect,
  }) => {
    await using local = await start();
    const shards = Array.from({ length: 50 }, (_, index) =>
      alert('DiscordShardDown', 'critical', { ...shard(String(index)), scope: 'shard' }),
    );
    await local.alertmanager.send(shards);
    await local.pages.waitFor(({ receiver }) => receiver === 'page', TIMEOUT_MS);
    expect(local.pages.messages.map(({ notifications }) => notifications.length)).toEqual([50]);

    // The whole bot is down: worse, so it is a page of its own.
    const fleet = alert('DiscordShardDown', 'critical', { job: 'gateway', scope: 'fleet' });
    await local.alertmanager.send([fleet]);
    const second = await local.pages.waitFor(({ labels }) => labels['scope'] === 'fleet', TIMEOUT_MS);
    expect(second.groupKey).not.toBe(local.pages.messages[0]?.groupKey);

    await local.alertmanager.send([...shards, fleet].map(ended));
    const isEnd = (scope: string) =>
      local.pages.waitFor(
        ({ status, labels }) => status === 'resolved' && labels['scope'] === scope,
        TIMEOUT_MS,
      );
    await Promise.all([isEnd('shard'), isEnd('fleet')]);
    const told = local.pages.messages.map(({ status, notifications }) => `${status} ${notifications.length}`);
    expect(told.toSorted()).toEqual(['firing 1', 'firing 50', 'resolved 1', 'resolved 50']);
  });

  test('a gateway that is gone is one page: its shards', async ({ expect }) => {
    await using local = await start();
    const gone = alert('MonitoringTargetDown', 'critical', target('gateway'));
    const down = alert('DiscordShardDown', 'critical', { ...shard('4'), scope: 'shard' });
    // Waits as long as the one that is gone, and so shows that its time is over.
    const alone = alert('MonitoringTargetDown', 'critical', { ...target('gateway'), namespace: 'alone' });
    await local.alertmanager.send([gone, alone]);
    await local.alertmanager.send([down]);
    const page = await local.pages.waitFor(() => true, TIMEOUT_MS);
    expect(page.alertname).toBe('DiscordShardDown');
    const waited = await local.pages.waitFor(({ labels }) => labels['namespace'] === 'alone', TIMEOUT_MS);
    expect(waited.receiver).toBe('page');

    // It is seen again first, then its shards are up.
    await local.alertmanager.send([ended(gone)]);
    await local.alertmanager.send([ended(down), ended(alone)]);
    await local.pages.waitFor(
      ({ status, alertname }) => status === 'resolved' && alertname === down.labels['alertname'],
      TIMEOUT_MS,
    );
    await local.pages.waitFor(
      ({ status, labels }) => status === 'resolved' && labels['namespace'] === 'alone',
      TIMEOUT_MS,
    );
    expect(local.pages.notifications.filter(({ labels }) => isOf(gone.labels, labels))).toEqual([]);
  });

  test('the Watchdog is heard at every interval, and its end is no sign of life', async ({ expect }) => {
    await using local = await start();
    const watchdog: SentAlert = { labels: { alertname: WATCHDOG, severity: 'none' } };
    await local.alertmanager.send([watchdog]);
    const heard = () => local.pages.messages.filter(({ receiver }) => receiver === 'watchdog');
    const third = await new Promise<number>((resolve) => {
      local.pages.onNotification(({ atMs }) => {
        if (heard().length === 3) resolve(atMs);
      });
    });
    // Two seconds each; where one is skipped it takes eight.
    expect(third - (heard()[0]?.atMs ?? 0)).toBeLessThan(5_500);

    // The last of the unseen waits longer than an interval of the Watchdog.
    const later = alert('MonitoringTargetDown', 'critical', target('gateway'));
    await local.alertmanager.send([ended(watchdog), later]);
    await local.pages.waitFor(({ alertname }) => alertname === 'MonitoringTargetDown', TIMEOUT_MS);
    expect(heard().filter(({ status }) => status === 'resolved')).toEqual([]);
    expect(heard()).toHaveLength(3);
  });
});

function isOf(expected: Labels, actual: Labels): boolean {
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names].every((name) => expected[name] === actual[name]);
}
