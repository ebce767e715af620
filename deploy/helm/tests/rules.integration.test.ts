import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';

import { applyValues } from '../../../alerts/apply-values.ts';
import { ruleGroups } from '../../../alerts/rules/groups.ts';
import type { RuleGroup } from '../../../alerts/rules/rule.ts';
import { ruleFile } from '../../../alerts/rules/rule-file.ts';
import { DEFAULT_SETTINGS } from '../../../alerts/settings.ts';
import { dashboardFiles } from '../../../dashboards/artifacts.ts';
import { checkRules } from '../../../alerts/tests/promtool.ts';
import { testedVersions } from '../../local/testing/tested-versions.ts';
import { render, template } from '../testing/helm.ts';
import { named } from '../testing/manifests.ts';

const ANYWHERE = { selectors: { allNamespaces: true } };

async function shippedGroups(alerts: object, namespace = 'bots'): Promise<RuleGroup[]> {
  const { spec } = named(await render({ namespace, values: { alerts } }), 'PrometheusRule', 'shardwatch');
  return (spec as { groups: RuleGroup[] }).groups;
}

/** As YAML has them: without what is undefined. */
function plain(groups: readonly RuleGroup[]): unknown {
  return parse(stringify(groups));
}

test('by default the chart ships alerts/generated/rules.yaml, for its own namespace', async () => {
  const { groups } = parse(ruleFile(DEFAULT_SETTINGS)) as { groups: unknown };
  expect(await shippedGroups(ANYWHERE)).toEqual(groups);
  expect(await shippedGroups({})).toEqual(
    plain(ruleGroups(applyValues({ selectors: { namespace: 'bots' } }))),
  );
});

/** Values in the shape of alerts/settings.ts, which the chart must make the same rules of. */
const OVERRIDES: readonly (readonly [string, Record<string, object>])[] = [
  [
    'limits in each unit',
    {
      thresholds: {
        DiscordShardHeartbeatSlow: { warning: { value: 0.123456 }, critical: { value: 12.5 } },
        DiscordShardEventGap: { warning: { value: 20.5, for: '1m' }, critical: { value: 1e6, for: '2m' } },
        JetStreamConsumerPendingHigh: { warning: { value: 1_500 }, critical: { value: 12_345_678 } },
        JetStreamRedeliveryRateHigh: { warning: { value: 0.07 }, critical: { value: 0.12345 } },
        ContainerMemoryHigh: { warning: { value: 0.57 }, critical: { value: 0.58 } },
        DeadLettersArriving: { warning: { value: 2.5 } },
      },
    },
  ],
  [
    'waits that are nothing, and windows',
    {
      thresholds: {
        DiscordShardHeartbeatSlow: { warning: { for: '0s', keepFiringFor: '3m' }, window: '2m' },
        DiscordShardDown: {
          critical: { for: '0s', keepFiringFor: '0s' },
          window: '90s',
          memory: '2h',
          unowned: '1h',
        },
        JetStreamConsumerPendingHigh: { critical: { keepFiringFor: '0s' } },
        JetStreamConsumerStalled: { window: '5m', critical: { for: '4m' } },
        JetStreamRedeliveryRateHigh: { window: '20m', recent: '5m', minDeliveries: 250 },
        DeadLettersArriving: { window: '1h', warning: { for: '1m' } },
        ContainerMemoryLeakSuspected: {
          warning: { for: '1h' },
          minDailyRise: 0.031,
          minPersistence: 0,
          horizon: '21d',
          reach: 1,
          minAge: '36h',
        },
        MonitoringTargetDown: { critical: { for: '3m', keepFiringFor: '1m' }, natsKeepFiringFor: '0s' },
      },
    },
  ],
  [
    'selectors of several installations',
    {
      selectors: {
        namespace: 'other',
        jobs: {
          gateway: ['gateway', 'gateway.eu+1'],
          worker: ['worker', 'handlers'],
          exporter: ['exporter', 'nats'],
        },
        matchers: 'cluster="eu", region=~"a|b"',
        consumers: 'consumer_name!~"slow-.*"',
        groupBy: ['cluster', 'job'],
        memory: {
          workingSet: 'container_memory_working_set_bytes{container!=""}',
          limit: 'kube_pod_container_resource_limits{resource="memory"}',
          by: ['pod', 'cluster', 'container'],
        },
      },
    },
  ],
  [
    'alerts left out, labels, links and intervals',
    {
      disable: ['ContainerMemoryLeakSuspected', 'JetStreamConsumerStalled'],
      labels: { team: 'bots & "friends"', namespace: 'mine' },
      links: {
        runbooks: 'https://wiki.example.org/run?x=1&y=2',
        dashboards: 'https://grafana.example.org/sub',
      },
      prometheus: { scrapeInterval: '10s', evaluationInterval: '1m', retention: '2d' },
    },
  ],
  ['a horizon of an odd number of days', { thresholds: { ContainerMemoryLeakSuspected: { horizon: '9d' } } }],
];

const AS_VALUES = ([name, settings]: (typeof OVERRIDES)[number]) =>
  [name, settings, { ...settings, selectors: { ...(settings['selectors'] ?? ANYWHERE.selectors) } }] as const;

test.for(OVERRIDES.map(AS_VALUES))(
  '%s: the same rules as npm run generate makes',
  async ([, settings, alerts]) => {
    expect(await shippedGroups(alerts)).toEqual(plain(ruleGroups(applyValues(settings))));
  },
);

test.for(OVERRIDES.map(AS_VALUES))(
  '%s: the same dashboards as npm run generate makes',
  async ([, settings, alerts]) => {
    const manifests = await render({ namespace: 'bots', values: { alerts } });
    const { thresholds, links } = applyValues(settings);
    for (const { path, text } of dashboardFiles({ thresholds, runbooks: links.runbooks })) {
      const { data } = named(manifests, 'ConfigMap', `shardwatch-dashboard-${path.replace('.json', '')}`);
      const shipped = (data as Record<string, string>)[`shardwatch-${path}`] ?? '';
      expect(JSON.parse(shipped), path).toEqual(JSON.parse(text));
    }
  },
);

test('promtool finds nothing wrong with what comes out', async () => {
  for (const promtool of await testedVersions('promtool')) {
    for (const [, , alerts] of OVERRIDES.map(AS_VALUES)) {
      const { passed, output } = await checkRules(
        promtool,
        stringify({ groups: await shippedGroups(alerts) }),
      );
      expect(passed, output).toBe(true);
    }
  }
});

/** Values that cannot work -> what must be said; the same as alerts/check-settings.ts says where that knows it. */
const REFUSED: readonly (readonly [object, string])[] = [
  [
    { thresholds: { DiscordShardEventGap: { warning: { value: 200 } } } },
    'expected the warning below the critical value',
  ],
  [
    { thresholds: { DiscordShardEventGap: { warning: { value: 10 } } } },
    'expected more than the 20s after which quiet shards are probed, got 10',
  ],
  [
    { thresholds: { ContainerMemoryHigh: { critical: { value: 95 } } } },
    'expected a share below 1 (80% is 0.8), got 95',
  ],
  [
    { thresholds: { DiscordShardHeartbeatSlow: { warning: { value: 0 } } } },
    'DiscordShardHeartbeatSlow.warning.value: expected more than 0, got 0',
  ],
  [
    { thresholds: { DiscordShardDown: { window: '30s' } } },
    'DiscordShardDown.window: expected at least 4 scrapes (60s), got 30s',
  ],
  [
    { thresholds: { DiscordShardDown: { memory: '5m' } } },
    'DiscordShardDown.memory: expected more than unowned (10m), got 5m',
  ],
  [
    { thresholds: { DeadLettersArriving: { window: '20d' } } },
    'expected no more than the retention 15d, got 20d',
  ],
  [
    { thresholds: { JetStreamRedeliveryRateHigh: { recent: '1h' } } },
    'recent: expected no more than the window 10m, got 1h',
  ],
  [
    { thresholds: { JetStreamRedeliveryRateHigh: { minDeliveries: 0.5 } } },
    'minDeliveries: expected 1 or more, got 0.5',
  ],
  [
    { thresholds: { ContainerMemoryLeakSuspected: { minDailyRise: 1 } } },
    'minDailyRise: expected a share between 0 and 1, got 1',
  ],
  [
    { thresholds: { ContainerMemoryLeakSuspected: { minPersistence: 1 } } },
    'minPersistence: expected a share from 0 to below 1, got 1',
  ],
  [
    { thresholds: { ContainerMemoryLeakSuspected: { reach: 0 } } },
    'reach: expected a share of the limit up to 1, got 0',
  ],
  [{ thresholds: { ContainerMemoryLeakSuspected: { minAge: '0s' } } }, 'minAge: expected more than 0s'],
  [{ prometheus: { retention: '2d' } }, 'compares days and needs 3d, got 2d'],
  [{ prometheus: { evaluationInterval: '0s' } }, 'evaluationInterval: expected more than 0s'],
  [
    { selectors: { matchers: 'cluster=eu' } },
    'selectors.matchers: expected matchers such as cluster="eu", got "cluster=eu"',
  ],
  [{ selectors: { groupBy: ['a-b'] } }, 'expected the name of a label, got "a-b"'],
  [{ selectors: { namespace: 'a', allNamespaces: true } }, 'allNamespaces: expected false where'],
  [{ labels: { severity: 'high' } }, 'labels.severity: the rules set this label themselves'],
  [
    { links: { dashboards: 'https://grafana.example.org/' } },
    'expected an http address without a slash at its end',
  ],
  // What the chart cannot express.
  [
    { thresholds: { ContainerMemoryLeakSuspected: { horizon: '100h' } } },
    'horizon: expected whole days such as 14d, got "100h"',
  ],
  [
    { thresholds: { ContainerMemoryHigh: { warning: { value: 0.1234567 } } } },
    'expected no more than 5 digits after the point, got 0.1234567',
  ],
  [
    { thresholds: { DiscordShardDown: { window: '5 minutes' } } },
    'DiscordShardDown.window: expected a duration such as 30s, 5m, 6h or 3d, got "5 minutes"',
  ],
  [
    { selectors: { jobs: { worker: ['handlers'] } } },
    "expected worker among them, the job of this chart's ServiceMonitor, got handlers",
  ],
];

test.for(REFUSED)('refused with its reason: %o', async ([alerts, words]) => {
  const { status, stderr } = await template({ values: { alerts } });
  expect(stderr).toContain(words);
  expect(status).not.toBe(0);
});

test('several faults are told at once', async () => {
  const thresholds = { DiscordShardDown: { window: '30s' }, ContainerMemoryHigh: { critical: { value: 2 } } };
  const { stderr } = await template({ values: { alerts: { thresholds } } });
  expect(stderr).toContain('2 values are wrong:');
});
