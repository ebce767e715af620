import { beforeAll, describe, expect, test } from 'vitest';

import { render, type Manifest, type Rendering } from '../testing/helm.ts';
import { componentOf, workloads } from '../testing/manifests.ts';
import { isAllowed, type Other } from '../testing/network.ts';

const DISCORD: Other = { ip: '162.159.138.232' };
const DISCORD_V6: Other = { ip: '2606:4700::6810:1' };
const METADATA: Other = { ip: '169.254.169.254' };
const DATABASE_OUTSIDE: Other = { ip: '10.3.0.7' };
const pod = (name: string, labels: Record<string, string> = {}): Other => ({
  pod: labels,
  namespace: { 'kubernetes.io/metadata.name': name },
  name,
});
const PROMETHEUS = pod('monitoring', { 'app.kubernetes.io/name': 'prometheus' });
const NATS = pod('nats', { 'app.kubernetes.io/name': 'nats' });
const DNS = pod('kube-system', { 'k8s-app': 'kube-dns' });

interface Installation {
  readonly to: (component: string, other: Other, port: number, protocol?: 'TCP' | 'UDP') => boolean;
  readonly from: (component: string, other: Other, port: number) => boolean;
  readonly manifests: readonly Manifest[];
}

async function install(values: object = {}, rendering: Rendering = {}): Promise<Installation> {
  const manifests = await render({ ...rendering, values });
  const labels = (component: string) =>
    workloads(manifests).find((each) => componentOf(each) === component)?.labels ?? {};
  const ask =
    (direction: 'Ingress' | 'Egress') =>
    (component: string, other: Other, port: number, protocol: 'TCP' | 'UDP' = 'TCP') =>
      isAllowed(manifests, { pod: labels(component), namespace: 'bots', direction, other, port, protocol });
  return { manifests, to: ask('Egress'), from: ask('Ingress') };
}

const COMPONENTS = ['gateway', 'worker', 'exporter'] as const;
const PORTS = { gateway: 8_080, worker: 9_001, exporter: 9_090 };

describe('by default', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
  });

  test.for(COMPONENTS)('%s is scraped, finds names and NATS, and nothing else gets in', (component) => {
    const { to, from } = installation;
    expect(from(component, PROMETHEUS, PORTS[component])).toBe(true);
    expect(from(component, PROMETHEUS, 22)).toBe(false);
    expect(from(component, DISCORD, PORTS[component])).toBe(false);
    expect(to(component, DNS, 53, 'UDP')).toBe(true);
    expect(to(component, { ip: '169.254.20.10' }, 53, 'UDP')).toBe(true);
    expect(to(component, NATS, 4_222)).toBe(true);
    expect(to(component, NATS, 8_222)).toBe(false);
    expect(to(component, METADATA, 80)).toBe(false);
    expect(to(component, METADATA, 443)).toBe(false);
  });

  test('gateways and workers reach Discord and no private address; the exporter neither', () => {
    const { to } = installation;
    for (const component of ['gateway', 'worker']) {
      for (const other of [DISCORD, DISCORD_V6]) expect(to(component, other, 443)).toBe(true);
      expect(to(component, DISCORD, 80)).toBe(false);
      expect(to(component, DATABASE_OUTSIDE, 443)).toBe(false);
      expect(to(component, { ip: 'fd00::1' }, 443)).toBe(false);
    }
    expect(to('exporter', DISCORD, 443)).toBe(false);
  });

  test('the pod of helm test reaches every process', () => {
    const [tester] = installation.manifests.filter(({ kind }) => kind === 'Pod');
    const other = { pod: tester?.metadata.labels ?? {}, namespace: {}, name: 'bots' };
    for (const component of COMPONENTS)
      expect(installation.from(component, other, PORTS[component])).toBe(true);
  });
});

test('ports of NATS, PostgreSQL, a collector and a simulator are those of their addresses', async () => {
  const { to } = await install({
    nats: { url: 'tls://nats.eu:4443,nats.us,nats://nats.asia:4333' },
    gateway: { strategy: 'postgres_coordination', postgres: { port: 6_432 } },
    telemetry: { otlpEndpoint: 'http://collector.tracing:4318/v1' },
    discord: { apiUrl: 'http://simulator:3000/api' },
    networkPolicy: { simulatorPorts: [3_001] },
  });
  for (const port of [4_443, 4_222, 4_333]) expect(to('worker', NATS, port)).toBe(true);
  expect(to('gateway', DATABASE_OUTSIDE, 6_432)).toBe(true);
  expect(to('worker', DATABASE_OUTSIDE, 6_432)).toBe(false);
  for (const component of COMPONENTS) expect(to(component, pod('tracing'), 4_318)).toBe(true);
  for (const port of [3_000, 3_001]) expect(to('gateway', pod('bots'), port)).toBe(true);
  expect(to('exporter', pod('bots'), 3_000)).toBe(false);
});

test('scrapes and NATS can be narrowed to where they are, and errors reach Sentry', async () => {
  const { to, from } = await install({
    telemetry: { sentry: { existingSecret: 'sentry' } },
    networkPolicy: {
      metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      natsTo: [{ namespaceSelector: {}, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'nats' } } }],
    },
  });
  expect(from('gateway', PROMETHEUS, 8_080)).toBe(true);
  expect(from('gateway', pod('other'), 8_080)).toBe(false);
  expect(to('gateway', NATS, 4_222)).toBe(true);
  expect(to('gateway', pod('other'), 4_222)).toBe(false);
  expect(to('exporter', DISCORD, 443)).toBe(true);
});
