import { expect, test } from 'vitest';

import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';
import { applyValues } from '../apply-values.ts';
import { ruleFile } from '../rules/rule-file.ts';
import { consumer } from './jetstream-series.ts';
import { checkRules, playCases } from './promtool.ts';
import type { RuleCase } from './rule-case.ts';
import { gateway } from './shard-series.ts';
import { hold } from './values.ts';

/** The rules after users' selectors, labels and links: what they see, what they leave out. */

const tools = await testedVersions('promtool');

const VALUES = {
  selectors: {
    namespace: 'bots',
    jobs: { gateway: ['bots/gateway', 'bots/gateway.canary'], worker: 'bots/worker' },
    matchers: 'cluster="eu"',
    consumers: 'consumer_name!~"slow-.*"',
    groupBy: ['cluster'],
    memory: {
      workingSet: 'container_memory_working_set_bytes{container!=""}',
      limit: 'kube_pod_container_resource_limits{resource="memory"}',
      by: ['namespace', 'pod', 'container'],
    },
  },
  disable: ['DeadLettersArriving'],
  labels: { team: 'bots' },
  links: { runbooks: 'https://wiki.example/runbooks', dashboards: 'https://grafana.example' },
};
const settings = applyValues(VALUES);

/** Puts a series into another place: its job, and labels beside. */
function moved(series: RuleCase['series'], job: string, place: string): RuleCase['series'] {
  return Object.fromEntries(
    Object.entries(series).map(([name, values]) => [
      name
        .replace(/\{job="[^"]*"/, `{job="${job}",${place}`)
        .replace(/instance="[^"]*"/, `instance="${place.length}"`),
      values,
    ]),
  );
}

const deaf = gateway({ shards: { 0: {}, 3: { gap: hold(500, '30m') } } });
const behind = (name: string) => consumer({ consumer: name, pending: hold(50_000, '30m') });
const HERE = 'namespace="bots",cluster="eu"';

const cases: RuleCase[] = [
  {
    name: 'only what the selectors name is seen, and the kept labels are in the alert',
    series: {
      ...moved(deaf, 'bots/gateway', HERE),
      ...moved(deaf, 'bots/gateway', 'namespace="bots",cluster="us"'),
      ...moved(deaf, 'bots/gateway', 'namespace="others",cluster="eu"'),
      ...moved(deaf, 'gateway', HERE),
      ...moved(deaf, 'bots/gatewayXcanary', HERE),
    },
    expect: [
      {
        alert: 'DiscordShardEventGap',
        severity: 'critical',
        at: '5m',
        firing: [
          {
            severity: 'critical',
            cluster: 'eu',
            namespace: 'bots',
            job: 'bots/gateway',
            shard: '3',
            team: 'bots',
          },
        ],
      },
    ],
  },
  {
    name: 'every job of several is seen',
    series: {
      ...moved(deaf, 'bots/gateway.canary', HERE),
      [`up{job="bots/gateway.canary",${HERE}}`]: hold(1, '30m'),
    },
    expect: [
      {
        alert: 'DiscordShardEventGap',
        severity: 'critical',
        at: '5m',
        firing: [{ severity: 'critical', job: 'bots/gateway.canary' }],
      },
      {
        alert: 'MonitoringTargetDown',
        at: '5m',
        firing: [
          {
            severity: 'critical',
            component: 'gateway',
            job: 'bots/gateway',
            namespace: 'bots',
            cluster: 'eu',
          },
          { severity: 'critical', component: 'worker', job: 'bots/worker', namespace: 'bots', cluster: 'eu' },
          { severity: 'critical', component: 'exporter', job: 'exporter', namespace: 'bots', cluster: 'eu' },
        ],
      },
    ],
  },
  {
    name: 'consumers that are left out are silent',
    series: {
      ...moved(behind('slow-reports'), 'exporter', HERE),
      ...moved(behind('task-worker'), 'exporter', HERE),
    },
    expect: [
      {
        alert: 'JetStreamConsumerPendingHigh',
        severity: 'critical',
        at: '5m',
        firing: [{ severity: 'critical', consumer_name: 'task-worker' }],
      },
    ],
  },
  {
    name: "memory by cAdvisor's and kube-state-metrics' series, whose instances differ",
    series: {
      [`container_memory_working_set_bytes{job="kubelet",instance="node",pod="g-0",container="gateway",${HERE}}`]:
        hold(97, '30m'),
      [`container_memory_working_set_bytes{job="kubelet",instance="node",pod="g-0",container="",${HERE}}`]:
        hold(99, '30m'),
      [`kube_pod_container_resource_limits{job="ksm",instance="ksm",pod="g-0",container="gateway",resource="memory",${HERE}}`]:
        hold(100, '30m'),
      [`kube_pod_container_resource_limits{job="ksm",instance="ksm",pod="g-0",container="gateway",resource="cpu",${HERE}}`]:
        hold(2, '30m'),
    },
    expect: [
      {
        alert: 'ContainerMemoryHigh',
        severity: 'critical',
        at: '5m',
        firing: [{ severity: 'critical', namespace: 'bots', pod: 'g-0', container: 'gateway' }],
      },
    ],
  },
  {
    name: 'an alert that is disabled is silent',
    series: moved({ 'worker_dead_letters_total{job="",consumer_name="a"}': '0+5x120' }, 'bots/worker', HERE),
    quiet: [{ alert: 'DeadLettersArriving', until: '10m' }],
  },
];

test.for(tools)(
  "rules by a user's selectors see what they should, on promtool $version",
  async (promtool) => {
    const { output, passed } = await playCases(promtool, settings, cases);
    expect(passed, output).toBe(true);
    expect((await checkRules(promtool, ruleFile(settings))).output).toMatch(/SUCCESS: \d+ rules found/);
  },
);

test('labels and links are in every alert, the namespace in the watchdog too', () => {
  const text = ruleFile(settings);
  expect(text).toContain('https://wiki.example/runbooks/DiscordShardDown.md');
  expect(text).toContain(
    'https://grafana.example/d/shardwatch-shards?from=now-1h&to=now&var-shard={{ $labels.shard | urlquery }}',
  );
  expect(text).not.toMatch(/github\.com|localhost|DeadLettersArriving/);
  expect(text.match(/ alert: /g)).toHaveLength(text.match(/team: bots/g)?.length ?? 0);
  expect(text).toMatch(
    /alert: Watchdog\n.*expr: vector\(1\)\n.*labels:\n.*team: bots\n.*severity: none\n.*namespace: bots/,
  );
});
