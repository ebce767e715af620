import { expect, test } from 'vitest';

import { template } from '../testing/helm.ts';

/** Values that cannot work -> words that say so. */
const REFUSED: readonly (readonly [string, object, string])[] = [
  [
    'too few gateways',
    { gateway: { replicas: 3, shardCount: 10, shardsPerProcess: 3 } },
    '3 replicas of 3 shards have room for 9, and gateway.shardCount is 10: expected at least 4 replicas',
  ],
  [
    'too few, with leases',
    { gateway: { replicas: 1, shardCount: 10, shardsPerProcess: 3, strategy: 'nats_kv' } },
    'expected at least 4 replicas',
  ],
  [
    'a gateway without shards',
    { gateway: { replicas: 5, shardCount: 10, shardsPerProcess: 3 } },
    'the last would have none: expected at most 4',
  ],
  [
    'all shards in each of two',
    { gateway: { replicas: 2 } },
    'expected a number, since 2 replicas cannot each have all shards, got all',
  ],
  ['no gateway', { gateway: { replicas: 0 } }, "at '/gateway/replicas': minimum: got 0, want 1"],
  [
    'a count that is a word',
    { gateway: { shardCount: 'many' } },
    'gateway.shardCount: expected a number from 1, or auto, got "many"',
  ],
  ['half a shard', { gateway: { shardCount: 1.5 } }, "at '/gateway/shardCount': got number, want"],
  [
    'an unknown strategy',
    { gateway: { strategy: 'zookeeper' } },
    "value must be one of 'ordinal', 'postgres_coordination', 'nats_kv'",
  ],
  [
    'a grace period as long as a stop',
    { gateway: { terminationGracePeriodSeconds: 10 } },
    'gateway.terminationGracePeriodSeconds: expected more than the 10 s that a clean stop may take, got 10',
  ],
  [
    'the same of one worker',
    { workers: { 'task-worker': { terminationGracePeriodSeconds: 5 } } },
    'workers.task-worker.terminationGracePeriodSeconds: expected more than the 10 s',
  ],
  [
    'a typing error',
    { gateway: { replica: 2 } },
    "at '/gateway': additional properties 'replica' not allowed",
  ],
  [
    'an unknown variable',
    { gateway: { env: { DISCORD_INTENT: 1 } } },
    "additional properties 'DISCORD_INTENT' not allowed",
  ],
  [
    'a variable that has a value of its own',
    { env: { NATS_URL: 'nats://x' } },
    "additional properties 'NATS_URL' not allowed",
  ],
  [
    "a worker's variable for all",
    { env: { BLOCKED_WORDS: 'x' } },
    "additional properties 'BLOCKED_WORDS' not allowed",
  ],
  [
    'a secret in a variable',
    { env: { DISCORD_TOKEN: 'x' } },
    "additional properties 'DISCORD_TOKEN' not allowed",
  ],
  [
    'an id that is no text',
    { workerDefaults: { env: { NOTIFY_CHANNEL_ID: 123456789012345678n } } },
    'got number, want string',
  ],
  [
    'no secret of the token',
    { discord: { existingSecret: '' } },
    'discord.existingSecret: expected the name of the secret that holds the bot token, got nothing',
  ],
  [
    'a password in the address',
    { nats: { url: 'nats://bot:secret-word@nats:4222' } },
    'without user and password, got "nats://[redacted]@nats:4222"',
  ],
  ['no address', { nats: { url: '' } }, 'nats.url: expected comma-separated addresses'],
  ['two replicas of streams', { nats: { replicas: 2 } }, "at '/nats/replicas': value must be one of 1, 3"],
  [
    'credentials from nowhere',
    { nats: { auth: { type: 'creds' } } },
    'nats.auth.existingSecret: expected the name of the secret that holds the creds, got nothing',
  ],
  [
    'a password of nobody',
    { nats: { auth: { type: 'password', existingSecret: 'x' } } },
    'nats.auth.user: expected the user that the password is of, got nothing',
  ],
  [
    'certificates from nowhere',
    { nats: { tls: { enabled: true } } },
    'nats.tls.existingSecret: expected the name of the secret that holds the certificates, got nothing',
  ],
  [
    'a consumer that there is not',
    { workers: { 'task-worker': { consumers: ['tasks'] } } },
    'workers.task-worker.consumers: there is no consumer tasks; there are interaction-responder, moderation-worker, task-worker, voice-tracker',
  ],
  [
    'a worker of a name that is taken',
    { workers: { gateway: { consumers: ['task-worker'] } } },
    'workers.gateway: expected another name',
  ],
  [
    'a name that is none',
    { workers: { Voice_2: { consumers: ['voice-tracker'] } } },
    'workers.Voice_2: expected lower case letters, digits and hyphens',
  ],
  [
    'a name that is too long',
    { workers: { ['w'.repeat(60)]: { consumers: ['voice-tracker'] } } },
    'is longer than 63 characters: set a shorter fullnameOverride',
  ],
  ['no replica of a worker', { workers: { 'task-worker': { replicas: 0 } } }, 'minimum: got 0, want 1'],
  [
    'more pods than the consumer has work for',
    { workers: { 'voice-tracker': { keda: { enabled: true, maxReplicas: 3 } } } },
    '3 replicas would handle 75 events at once, and its consumer gives out 50: expected at most 2, or a smaller concurrency than 25',
  ],
  [
    'fewer at most than at least',
    { workers: { 'task-worker': { replicas: 3, keda: { enabled: true, maxReplicas: 2 } } } },
    'keda.maxReplicas: expected at least its replicas (3), got 2',
  ],
  [
    'KEDA without anybody to ask',
    { nats: { monitoring: { endpoint: '' } }, workerDefaults: { keda: { enabled: true } } },
    'nats.monitoring.endpoint: expected host:port of NATS',
  ],
  ['an image that changes', { image: { tag: 'latest' } }, 'image.tag: expected a version, got latest'],
  ['a digest that is none', { image: { digest: 'sha256:1234' } }, "at '/image/digest'"],
  [
    'scrapes longer than their interval',
    { alerts: { prometheus: { scrapeInterval: '5s' } } },
    'serviceMonitor.scrapeTimeout: expected no more than alerts.prometheus.scrapeInterval (5s), got 10s',
  ],
  [
    'a time without a unit',
    { serviceMonitor: { scrapeTimeout: '10' } },
    'serviceMonitor.scrapeTimeout: expected a duration such as 30s',
  ],
  [
    'an alert that there is not',
    { alerts: { disable: ['DiscordDown'] } },
    "at '/alerts/disable/0': value must be one of 'DiscordShardHeartbeatSlow'",
  ],
  [
    'a threshold that there is not',
    { alerts: { thresholds: { DiscordShardDown: { warning: { for: '1m' } } } } },
    "at '/alerts/thresholds/DiscordShardDown': additional properties 'warning' not allowed",
  ],
  [
    'a threshold that is a text',
    { alerts: { thresholds: { DiscordShardEventGap: { warning: { value: '30' } } } } },
    'got string, want number',
  ],
  [
    'nobody to page',
    { alertmanagerConfig: { enabled: true } },
    'alertmanagerConfig.receivers.page: expected a list of those who are told, got an empty one',
  ],
  [
    'two ways in one',
    {
      alertmanagerConfig: {
        enabled: true,
        receivers: { page: [{ slack: { secret: 'a', key: 'b' }, discord: { secret: 'a', key: 'b' } }] },
      },
    },
    "at '/alertmanagerConfig/receivers/page/0': maxProperties: got 2, want 1",
  ],
  [
    'an unknown way',
    { alertmanagerConfig: { enabled: true, receivers: { page: [{ sms: {} }] } } },
    "additional properties 'sms' not allowed",
  ],
  [
    'a secret without its key',
    { alertmanagerConfig: { enabled: true, receivers: { page: [{ pagerduty: { secret: 'a' } }] } } },
    "missing property 'key'",
  ],
  [
    'a webhook without an address',
    { alertmanagerConfig: { enabled: true, receivers: { page: [{ webhook: {} }] } } },
    'receivers.page[0].webhook: expected either url or secret and key',
  ],
  [
    'a mail user without a password',
    {
      alertmanagerConfig: {
        enabled: true,
        receivers: { page: [{ email: { to: 'a', from: 'b', smarthost: 'c:25', authUsername: 'd' } }] },
      },
    },
    'receivers.page[0].email: expected authUsername and secret with key together',
  ],
  [
    'a wait that is none',
    { alertmanagerConfig: { enabled: true, timing: { page: { groupWait: 'soon' } } } },
    'alertmanagerConfig.timing.page.groupWait: expected a duration such as 30s, 5m, 6h or 3d, got "soon"',
  ],
];

test.for(REFUSED)('%s', async ([, values, words]) => {
  const { status, stderr } = await template({ values });
  expect(stderr).toContain(words);
  expect(status).not.toBe(0);
  expect(stderr).not.toContain('secret-word');
  // Said to the user, not by a template that fell over.
  expect(stderr).not.toMatch(/nil pointer|error calling (?!include|fail)|wrong type/);
});

test('a Kubernetes without pod indexes is refused', async () => {
  const { stderr } = await template({ kubeVersion: '1.27.0' });
  expect(stderr).toContain('requires kubeVersion: >=1.28.0-0');
});
