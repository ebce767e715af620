import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { helm, parseManifests, template, type Manifest } from '../testing/helm.ts';
import { componentOf, environmentOf, named, ofKind, selects, workloads } from '../testing/manifests.ts';
import { isAllowed } from '../testing/network.ts';
import { archiveOf, dependencies, STACK, stackCopy, type StackCopy } from '../testing/stack.ts';
import { MONITORING_VALUES, NATS_VALUES } from '../testing/subchart-values.ts';
import { invalid } from '../testing/validate.ts';

const values = parse(readFileSync(join(STACK, 'values.yaml'), 'utf8')) as Record<string, unknown>;
const PARTS = { nats: NATS_VALUES, 'kube-prometheus-stack': MONITORING_VALUES } as const;

function valueAt(tree: unknown, path: string): unknown {
  let place = tree;
  for (const key of path.split('.')) place = (place as Record<string, unknown> | undefined)?.[key];
  return place;
}

/** Paths of everything that is set, down to where a known value begins. */
function setPaths(known: readonly string[], value: unknown, path = ''): string[] {
  if (known.includes(path) || typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, child]) =>
    setPaths(known, child, path ? `${path}.${key}` : key),
  );
}

test('the umbrella sets exactly those values of other charts that were looked up', () => {
  for (const [name, assumptions] of Object.entries(PARTS)) {
    const { enabled, ...set } = values[name] as { enabled: boolean };
    expect(enabled).toBe(true);
    const known = assumptions.map(({ path }) => path);
    expect(setPaths(known, set).toSorted()).toEqual(known.toSorted());
  }
});

describe('the bot, whatever the other parts are', () => {
  let copy: StackCopy;
  beforeAll(async () => {
    copy = await stackCopy({});
  });
  afterAll(() => copy[Symbol.dispose]());

  const render = async (over: object = {}) => template({ chart: copy.path, namespace: 'bots', values: over });

  test('lints, is valid, and finds the NATS of this chart', async () => {
    const lint = await helm(['lint', '--strict', copy.path]);
    expect(lint.status, lint.stdout).toBe(0);
    const { stdout, stderr } = await render();
    const manifests = parseManifests(stdout);
    expect(stderr).not.toContain('Error');
    expect(await invalid(manifests)).toEqual([]);
    for (const workload of workloads(manifests)) {
      expect(environmentOf(workload)['NATS_URL']).toBe('nats://shardwatch-nats:4222');
      if (componentOf(workload) !== 'exporter') expect(environmentOf(workload)['NATS_REPLICAS']).toBe('3');
    }
    const { metadata } = named(manifests, 'PrometheusRule', 'shardwatch');
    expect(metadata.labels?.['release']).toBe('shardwatch');
  });

  test('only the bot and nats-box reach NATS, and its monitoring is open', async () => {
    const manifests = parseManifests((await render()).stdout);
    const nats = {
      'app.kubernetes.io/name': 'nats',
      'app.kubernetes.io/instance': 'shardwatch',
      'app.kubernetes.io/component': 'nats',
    };
    const from = (labels: Record<string, string>, port: number) =>
      isAllowed(manifests, {
        pod: nats,
        namespace: 'bots',
        direction: 'Ingress',
        other: { pod: labels, namespace: {}, name: 'bots' },
        port,
      });
    for (const { labels } of workloads(manifests)) expect(from(labels, 4_222)).toBe(true);
    expect(from({ ...nats, 'app.kubernetes.io/component': 'nats-box' }, 4_222)).toBe(true);
    expect(from({ app: 'other' }, 4_222)).toBe(false);
    expect(from(nats, 6_222)).toBe(true);
    expect(from({ app: 'keda-operator' }, 8_222)).toBe(true);
  });

  test.for<[string, object, string]>([
    [
      'three replicas on one server',
      { nats: { config: { cluster: { enabled: false } } } },
      'shardwatch.nats.replicas: expected no more than the 1 server(s)',
    ],
    [
      'TLS on one side',
      { nats: { config: { nats: { tls: { enabled: true } } } } },
      'shardwatch.nats.tls.enabled: expected the same as nats.config.nats.tls.enabled (true), got false',
    ],
    [
      'two retentions',
      { shardwatch: { alerts: { prometheus: { retention: '30d' } } } },
      'expected the same as kube-prometheus-stack.prometheus.prometheusSpec.retention (15d), got 30d',
    ],
    [
      'the address of another NATS',
      { shardwatch: { nats: { url: 'nats://elsewhere:4222' } } },
      'shardwatch.nats.url: expected the name of the NATS of this chart',
    ],
    [
      'no JetStream',
      { nats: { config: { jetstream: { enabled: false } } } },
      'nats.config.jetstream.enabled: expected true',
    ],
    [
      'a typing error in the bot',
      { shardwatch: { gatway: {} } },
      "additional properties 'gatway' not allowed",
    ],
  ])('%s is refused', async ([, over, words]) => {
    const { status, stderr } = await render(over);
    expect(stderr).toContain(words);
    expect(status).not.toBe(0);
  });

  test('NOTES say what is left to do', async () => {
    const { stdout } = await helm(
      ['install', 'shardwatch', copy.path, '--namespace', 'bots', '--dry-run=client'],
      {},
    );
    for (const words of [
      'secret generic shardwatch-discord',
      'secret generic shardwatch-alerts --from-literal=page=',
      'deadMan',
      'Alerts of Kubernetes itself',
      'svc/shardwatch-grafana',
      'MON=bots',
    ])
      expect(stdout).toContain(words);
    expect(stdout).not.toContain('%!');
  });
});

const others = dependencies().filter(({ name }) => name !== 'shardwatch');
const missing = others.filter((dependency) => archiveOf(dependency) === undefined);
if (missing.length > 0) {
  const names = missing.map(({ name, version }) => `${name}-${version}.tgz`).join(' and ');
  console.warn(
    `SKIPPED with the real parts: no ${names} in deploy/helm/shardwatch-stack/charts (helm dependency update) or .tools/charts`,
  );
}

describe.skipIf(missing.length > 0)('with the real parts', () => {
  let copy: StackCopy;
  let manifests: Manifest[];
  beforeAll(async () => {
    copy = await stackCopy(Object.fromEntries(others.map((each) => [each.name, archiveOf(each) ?? ''])));
    const { stdout, stderr } = await template({ chart: copy.path, namespace: 'bots' });
    expect(stderr).not.toContain('Error');
    manifests = parseManifests(stdout);
  });
  afterAll(() => copy[Symbol.dispose]());

  test('the values that are set are values that those charts have', async () => {
    for (const dependency of others) {
      const { stdout } = await helm(['show', 'values', archiveOf(dependency) ?? '']);
      const own: unknown = parse(stdout);
      for (const { path, why = '' } of PARTS[dependency.name as keyof typeof PARTS]) {
        const parent = path.slice(0, path.lastIndexOf('.'));
        // Those of a chart inside of it are merged into what its parent says.
        if (why.includes('grafana chart')) continue;
        const found = parent === path || parent === '' ? own : valueAt(own, parent);
        const isThere =
          path === 'fullnameOverride' ||
          Object.hasOwn(found as object, path.slice(path.lastIndexOf('.') + 1));
        expect(isThere, `${dependency.name}: ${path}`).toBe(true);
      }
    }
  });

  test('everything is valid', async () => {
    // The models hold the claim to be a whole one; the operator's own schema does not.
    const faults = (await invalid(manifests)).filter(
      (fault) => !fault.includes('volumeClaimTemplate must have required property'),
    );
    expect(faults).toEqual([]);
    expect(manifests.length).toBeGreaterThan(100);
  });

  test('Prometheus takes every monitor and rule, and keeps what the leak alert needs', () => {
    const { spec } = named(manifests, 'Prometheus', 'shardwatch-monitoring-prometheus') as {
      spec: Record<string, unknown>;
    };
    for (const kind of ['serviceMonitor', 'podMonitor', 'rule', 'probe', 'scrapeConfig']) {
      expect(spec[`${kind}Selector`]).toEqual({});
      expect(spec[`${kind}NamespaceSelector`]).toEqual({});
    }
    expect(spec['retention']).toBe('15d');
    expect(spec['storage']).toBeDefined();
  });

  test('Alertmanager takes our routes, of every namespace', () => {
    const { spec } = named(manifests, 'Alertmanager', 'shardwatch-monitoring-alertmanager') as {
      spec: Record<string, unknown>;
    };
    expect(spec['alertmanagerConfigMatcherStrategy']).toEqual({ type: 'None' });
    expect(spec['alertmanagerConfigSelector']).toEqual({});
    expect(spec['alertmanagerConfigNamespaceSelector']).toEqual({});
    expect(ofKind(manifests, 'AlertmanagerConfig')).toHaveLength(1);
  });

  test('there is one Watchdog, ours', () => {
    const rules = ofKind(manifests, 'PrometheusRule').flatMap(({ metadata, spec }) =>
      (spec as { groups: { rules: { alert?: string }[] }[] }).groups.flatMap((group) =>
        group.rules.filter(({ alert }) => alert === 'Watchdog').map(() => metadata.name),
      ),
    );
    expect(rules).toEqual(['shardwatch']);
  });

  test('the NATS that the bot is told of is there, with its monitoring on every server', () => {
    const service = named(manifests, 'Service', 'shardwatch-nats').spec as {
      ports: { port: number }[];
      selector: Record<string, string>;
    };
    expect(service.ports.map(({ port }) => port)).toContain(4_222);
    const headless = named(manifests, 'Service', 'shardwatch-nats-headless').spec as {
      ports: { port: number }[];
      clusterIP: string;
    };
    expect(headless.clusterIP).toBe('None');
    expect(headless.ports.map(({ port }) => port)).toContain(8_222);
    const servers = named(manifests, 'StatefulSet', 'shardwatch-nats').spec as {
      replicas: number;
      template: { metadata: { labels: Record<string, string> } };
    };
    expect(servers.replicas).toBe(3);
    const { labels } = servers.template.metadata;
    expect(selects(service.selector, labels)).toBe(true);
    const box = ofKind(manifests, 'Deployment').find(
      (each) => each.metadata.labels?.['app.kubernetes.io/component'] === 'nats-box',
    );
    expect(box?.metadata.name).toBe('shardwatch-nats-box');
    for (const { labels: bot } of workloads(manifests).filter(
      (each) =>
        ['gateway', 'worker', 'exporter'].includes(componentOf(each)) &&
        each.labels['app.kubernetes.io/part-of'] === 'shardwatch',
    ))
      expect(
        isAllowed(manifests, {
          pod: labels,
          namespace: 'bots',
          direction: 'Ingress',
          other: { pod: bot, namespace: {}, name: 'bots' },
          port: 4_222,
        }),
      ).toBe(true);
  });

  test('NATS gets a configuration with a cluster of three and JetStream on its volume', () => {
    const { data } = named(manifests, 'ConfigMap', 'shardwatch-nats-config');
    const config = data?.['nats.conf'] ?? '';
    for (const index of [0, 1, 2])
      expect(config).toContain(`shardwatch-nats-${index}.shardwatch-nats-headless:6222`);
    expect(config).toContain('"store_dir": "/data"');
  });

  test("Grafana's sidecar looks for what our dashboards bear, and the data source is the one that they name", () => {
    const grafana = named(manifests, 'Deployment', 'shardwatch-grafana').spec as {
      template: { spec: { containers: { name: string; env?: { name: string; value?: string }[] }[] } };
    };
    const sidecar = grafana.template.spec.containers.find(({ name }) => name.includes('dashboard'));
    const env = Object.fromEntries((sidecar?.env ?? []).map(({ name, value }) => [name, value]));
    expect(env).toMatchObject({
      LABEL: 'grafana_dashboard',
      LABEL_VALUE: '1',
      NAMESPACE: 'ALL',
      FOLDER_ANNOTATION: 'grafana_folder',
    });
    const sources = ofKind(manifests, 'ConfigMap')
      .flatMap(({ data }) => Object.values(data ?? {}))
      .filter((text) => text.includes('datasources:'));
    expect(sources.join('\n')).toMatch(/uid: prometheus/);
  });
});
