import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IContainer } from 'kubernetes-models/v1/Container';
import { expect, test } from 'vitest';

import { GATEWAY_VARIABLES, readGatewayConfig } from '../../../bot/gateway/config.ts';
import { readWorkerConfig, WORKER_VARIABLES } from '../../../bot/worker/config.ts';
import { EXPORTER_VARIABLES, readExporterConfig } from '../../../exporters/config.ts';
import type { Variable } from '../../../runtime/env.ts';
import { RUNTIME_VARIABLES } from '../../../runtime/config.ts';
import { isSetByChart } from '../generate/chart-variables.ts';
import { CASES } from '../testing/cases.ts';
import { render as renderAnew, type Manifest, type Rendering } from '../testing/helm.ts';
import { componentOf, environmentOf, named, ofKind, workloads, type Workload } from '../testing/manifests.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const VARIABLES: Readonly<Record<string, Readonly<Record<string, Variable<unknown>>>>> = {
  gateway: GATEWAY_VARIABLES,
  worker: WORKER_VARIABLES,
  exporter: EXPORTER_VARIABLES,
};

/** Each once: helm is a process, and many tests look at the same. */
const rendered = new Map<string, Promise<Manifest[]>>();
async function render(rendering: Rendering = {}): Promise<Manifest[]> {
  const key = JSON.stringify(rendering);
  const manifests = rendered.get(key) ?? renderAnew(rendering);
  rendered.set(key, manifests);
  return manifests;
}

function source(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

function gatewayOf(manifests: readonly Manifest[]): Workload {
  const [gateway] = workloads(manifests).filter((each) => componentOf(each) === 'gateway');
  if (!gateway) throw new RangeError('no gateway was rendered');
  return gateway;
}

test("the pod's index reaches the gateway as SHARD_ID, and only where the ordinal decides", async () => {
  const { container } = gatewayOf(await render());
  const shardId = container.env?.find(({ name }) => name === 'SHARD_ID');
  expect(shardId?.valueFrom?.fieldRef?.fieldPath).toBe("metadata.labels['apps.kubernetes.io/pod-index']");
  const leased = await render({ values: { gateway: { strategy: 'nats_kv' } } });
  expect(Object.keys(environmentOf(gatewayOf(leased)))).not.toContain('SHARD_ID');
});

test('gateways start all at once, are replaced one by one, and never twice', async () => {
  const spec = (manifests: readonly Manifest[]) =>
    named(manifests, 'StatefulSet', 'shardwatch-gateway').spec as Record<string, unknown>;
  const current = spec(await render({ kubeVersion: '1.35.0' }));
  expect(current['podManagementPolicy']).toBe('Parallel');
  expect(current['updateStrategy']).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } });
  // Before 1.35 the field is dropped, and one by one is all that there is.
  expect(spec(await render({ kubeVersion: '1.34.3' }))['updateStrategy']).toEqual({ type: 'RollingUpdate' });
});

test('every process gets more time to stop than it may take', async () => {
  const stops = ['bot/gateway/main.ts', 'bot/worker/worker.ts', 'exporters/main.ts'].map((path) => {
    const [, deadline = ''] = /STOP_DEADLINE_MS = ([\d_]+)/.exec(source(path)) ?? [];
    return Number(deadline.replaceAll('_', ''));
  });
  expect(Math.min(...stops)).toBeGreaterThan(0);
  for (const { pod } of workloads(await render()))
    expect((pod.terminationGracePeriodSeconds ?? 0) * 1_000).toBeGreaterThan(2 * Math.max(...stops));
});

test('programs, user and folder are those of the image', async () => {
  const dockerfile = source('deploy/Dockerfile');
  const [, user] = /^USER (\d+):\1$/m.exec(dockerfile) ?? [];
  for (const { pod, container } of workloads(await render())) {
    const [node, program = ''] = container.command ?? [];
    expect(node).toBe('node');
    expect(dockerfile).toContain(`node ${program}`);
    expect(() => source(program.replace('dist/', '').replace('.js', '.ts'))).not.toThrow();
    expect(container.workingDir).toBeUndefined();
    expect(String(pod.securityContext?.runAsUser)).toBe(user);
  }
});

test('probes ask paths and the port that there are', async () => {
  const http = source('runtime/http.ts');
  for (const workload of workloads(await render())) {
    const { container } = workload;
    const [port] = container.ports ?? [];
    expect(environmentOf(workload)['PORT']).toBe(String(port?.containerPort));
    const { livenessProbe, readinessProbe, startupProbe }: IContainer = container;
    for (const probe of [livenessProbe, readinessProbe, startupProbe]) {
      expect(probe?.httpGet?.port).toBe(port?.name);
      expect(http).toContain(`'${probe?.httpGet?.path}'`);
    }
  }
});

/** A token, since a file of a secret is not there; everything else as the pod gets it. */
function asProcessSeesIt(workload: Workload): Record<string, string> {
  const env = environmentOf(workload);
  const files = Object.keys(env).filter(
    (name) => name.endsWith('_FILE') && !name.startsWith('NATS_TLS') && name !== 'NATS_CREDS_FILE',
  );
  for (const name of files) delete env[name];
  return {
    ...env,
    ...(env['SHARD_ID'] && { SHARD_ID: env['SHARD_ID'].includes('pod-index') ? '0' : env['SHARD_ID'] }),
    DISCORD_TOKEN: 'token',
    ...(env['SHARD_STRATEGY'] === 'postgres_coordination' && { DATABASE_URL: 'postgres://a:b@c:5432/d' }),
  };
}

test.for(CASES)('%s: every process accepts its environment', async ([, rendering]) => {
  for (const workload of workloads(await render(rendering))) {
    const component = componentOf(workload);
    const env = asProcessSeesIt(workload);
    // The image of who adds consumers knows them.
    if (workload.labels['shardwatch.dev/worker'] === 'welcome') env['WORKERS'] = 'task-worker';
    const read = { gateway: readGatewayConfig, worker: readWorkerConfig, exporter: readExporterConfig }[
      component
    ];
    expect(() => read?.(env), workload.manifest.metadata.name).not.toThrow();
    const known = Object.keys(VARIABLES[component] ?? {});
    for (const name of Object.keys(environmentOf(workload)).filter((each) => each !== 'HTTPS_PROXY'))
      expect([...known, ...known.map((each) => `${each}_FILE`)]).toContain(name);
  }
});

test('every variable of every process can be set, in the place that is for it', async () => {
  const places = { gateway: 'gateway', worker: 'workerDefaults', exporter: 'exporter' };
  const shared = Object.keys(RUNTIME_VARIABLES);
  const example = ({ fallback }: Variable<unknown>) =>
    String(fallback?.value === '' ? '123456789012345678' : fallback?.value);
  for (const [component, place] of Object.entries(places)) {
    const free = Object.entries(VARIABLES[component] ?? {}).filter(([name]) => !isSetByChart(name));
    const env = Object.fromEntries(free.map(([name, variable]) => [name, example(variable)]));
    const own = Object.fromEntries(Object.entries(env).filter(([name]) => !shared.includes(name)));
    const all = Object.fromEntries(Object.entries(env).filter(([name]) => shared.includes(name)));
    const manifests = await render({ values: { env: all, [place]: { env: own } } });
    for (const workload of workloads(manifests).filter((each) => componentOf(each) === component))
      expect(environmentOf(workload)).toMatchObject(env);
  }
  // Those that the chart sets from other values are set by one of the cases.
  const set = new Set<string>();
  for (const [, rendering] of CASES)
    for (const workload of workloads(await render(rendering)))
      for (const name of Object.keys(environmentOf(workload))) set.add(name);
  const bound = Object.values(VARIABLES)
    .flatMap((variables) => Object.keys(variables))
    .filter((name) => isSetByChart(name));
  for (const name of bound)
    expect(
      [...set].some((each) => each === name || each === `${name}_FILE`),
      name,
    ).toBe(true);
});

test('a worker takes from the defaults what it does not say, and its own over them', async () => {
  const manifests = await render({
    values: {
      workerDefaults: { concurrency: 10, env: { BLOCKED_WORDS: 'one' }, nodeSelector: { disk: 'ssd' } },
      workers: { 'voice-tracker': { concurrency: 5, env: { LOG_LEVEL: 'debug' } } },
    },
  });
  const env = (name: string) =>
    environmentOf(workloads([named(manifests, 'Deployment', name)])[0] as Workload);
  expect(env('shardwatch-voice-tracker')).toMatchObject({
    WORKERS: 'voice-tracker',
    WORKER_CONCURRENCY: '5',
    BLOCKED_WORDS: 'one',
    LOG_LEVEL: 'debug',
  });
  expect(env('shardwatch-task-worker')).toMatchObject({ WORKER_CONCURRENCY: '10', BLOCKED_WORDS: 'one' });
});

test('a changed setting replaces the pods that it is for, and no others', async () => {
  const templates = async (values: object) =>
    new Map(
      workloads(await render({ values })).map(({ manifest }) => [
        manifest.metadata.name,
        JSON.stringify((manifest.spec as { template: unknown }).template),
      ]),
    );
  const before = await templates({});
  const changed = async (values: object) => {
    const after = await templates(values);
    return [...before].filter(([name, text]) => after.get(name) !== text).map(([name]) => name);
  };
  expect(await changed({ gateway: { env: { PUBLISH_WINDOW: 4_096 } } })).toEqual(['shardwatch-gateway']);
  expect(await changed({ workers: { 'task-worker': { concurrency: 3 } } })).toEqual([
    'shardwatch-task-worker',
  ]);
  expect(await changed({ nats: { url: 'nats://other:4222' } })).toHaveLength(before.size);
  expect(
    await changed({
      alerts: { labels: { team: 'x' } },
      gateway: { replicas: 2, shardsPerProcess: 4, shardCount: 8 },
    }),
  ).toEqual(['shardwatch-gateway']);
  expect(await changed({ workers: { 'task-worker': { replicas: 3 } } })).toEqual([]);
});

test('KEDA asks for the consumers that there are, with room for all that they give out', async () => {
  const manifests = await render({
    values: {
      workers: {
        'moderation-worker': { keda: { enabled: true } },
        'voice-tracker': { keda: { enabled: true } },
      },
    },
  });
  const scaled = ofKind(manifests, 'ScaledObject');
  expect(scaled.map(({ metadata }) => metadata.name)).toEqual([
    'shardwatch-moderation-worker',
    'shardwatch-voice-tracker',
  ]);
  expect(scaled[0]?.spec).toMatchObject({
    minReplicaCount: 1,
    maxReplicaCount: 4,
    triggers: [
      {
        type: 'nats-jetstream',
        metadata: {
          natsServerMonitoringEndpoint: 'nats-headless.bots.svc.cluster.local:8222',
          account: '$G',
          stream: 'DISCORD_EVENTS',
          consumer: 'moderation-worker',
          lagThreshold: '50',
        },
      },
    ],
  });
});
