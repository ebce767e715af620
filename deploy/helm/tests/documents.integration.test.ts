import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { LocalProcess } from '../../local/process.ts';
import { chartFiles } from '../chart-files.ts';
import { documentedValues } from '../generate/documented-values.ts';
import { RECEIVERS } from '../testing/cases.ts';
import { CHART, helm, render } from '../testing/helm.ts';
import { named } from '../testing/manifests.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const chart = (file: string) => readFileSync(join(CHART, file), 'utf8');

test('what is generated is what is there', () => {
  // Dashboards are copies, compared with their source by `npm run generate -- --check`.
  const stale = chartFiles()
    .filter(({ path }) => !path.includes('/dashboards/'))
    .filter(({ path, text }) => readFileSync(join(REPOSITORY, path), 'utf8') !== text)
    .map(({ path }) => path);
  expect(stale, 'npm run generate').toEqual([]);
});

describe.for(['shardwatch', 'shardwatch-stack'])('values of %s', (name) => {
  const file = (path: string) => readFileSync(join(CHART, '..', name, path), 'utf8');
  const { documented, undocumented } = documentedValues(file('values.yaml'));

  test('each has its line in the README, and each line its value', () => {
    expect(undocumented).toEqual([]);
    const rows = [...file('README.md').matchAll(/^\| `([\w.-]+)` /gm)].map(([, path]) => path);
    expect(rows).toEqual(documented.map(({ path }) => path));
    const values: unknown = parse(file('values.yaml'));
    for (const { path } of documented) {
      let place = values;
      for (const key of path.split('.')) place = (place as Record<string, unknown>)[key];
      expect(place, path).toBeDefined();
    }
  });
});

/** What helm prints after an installation, without any cluster. */
async function notes(values: object): Promise<string> {
  const { stdout, stderr, status } = await helm(
    ['install', 'shardwatch', CHART, '--namespace', 'bots', '--dry-run=client'],
    values,
  );
  expect(status, stderr).toBe(0);
  return stdout.slice(stdout.indexOf('\nNOTES:'));
}

test('NOTES say what is left to do, and nothing that is done', async () => {
  const bare = await notes({});
  for (const words of [
    'kubectl -n bots create secret generic shardwatch-discord --from-file=token=/dev/stdin',
    'label release=kube-prometheus-stack',
    'Nobody is told of an alert yet',
    'set alerts.links.dashboards',
    'helm -n bots test shardwatch',
    'W is one of: shardwatch-interaction-responder shardwatch-moderation-worker',
  ])
    expect(bare).toContain(words);
  const whole = await notes({
    monitoring: { release: '' },
    alertmanagerConfig: { enabled: true, receivers: RECEIVERS },
    alerts: { links: { dashboards: 'https://grafana.example.org' } },
  });
  expect(whole).not.toContain('  2. ');
  expect(whole).not.toContain('Nobody');
  expect(await notes({ gateway: { replicas: 2, shardsPerProcess: 4 } })).toContain(
    '2 replicas of 4 shards have room for 8',
  );
  const silent = await notes({
    alertmanagerConfig: { enabled: true, receivers: { ...RECEIVERS, deadMan: [] } },
  });
  expect(silent).toContain('Nobody notices when alerting itself stops');
  expect(await notes({ alerts: { enabled: false } })).toContain('Nothing watches it yet');
});

describe('the script of helm test', () => {
  async function serve(ready: number, metrics: string): Promise<Server & AsyncDisposable> {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/health/ready' ? ready : 200;
      response.end(request.url === '/metrics' ? metrics : 'shard 3 is resuming');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }
  const GOOD = '# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1\n';

  /** As the pod runs it, but with these addresses, and impatient. */
  async function run(...servers: Server[]): Promise<{ code: number | null; output: string }> {
    const { spec } = named(await render(), 'Pod', 'shardwatch-test');
    const [container] = (spec as IPodSpec).containers;
    const [script = '', ...addresses] = container?.args ?? [];
    expect(addresses).toEqual([
      'http://shardwatch-gateway:8080',
      'http://shardwatch-worker:9001',
      'http://shardwatch-exporter:9090',
    ]);
    const impatient = script.replace('120_000', '1').replace('2_000', '1');
    const urls = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const process_ = new LocalProcess({
      name: 'helm test',
      command: process.execPath,
      args: [...(container?.command ?? []).slice(1), impatient, ...urls],
      env: { PATH: process.env['PATH'] },
    });
    const { code } = await process_.exited;
    return { code, output: process_.output };
  }

  test('passes when every process is ready and serves its metrics', async () => {
    await using one = await serve(200, GOOD);
    await using two = await serve(200, GOOD);
    const { code, output } = await run(one, two);
    expect(code, output).toBe(0);
    expect(output.match(/: 1 ready/g)).toHaveLength(2);
  });

  test('fails with the reason when one is not, or has no metrics', async () => {
    await using good = await serve(200, GOOD);
    await using unready = await serve(503, GOOD);
    const first = await run(good, unready);
    expect(first.code).toBe(1);
    expect(first.output).toContain('is not ready: shard 3 is resuming');
    await using empty = await serve(200, '');
    const second = await run(empty);
    expect(second.code).toBe(1);
    expect(second.output).toContain('/metrics has no metrics');
  });
});

test('the release fits into its secret, and the package holds all and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-package-'));
  try {
    const { stdout, status, stderr } = await helm(['package', CHART, '--destination', folder]);
    expect(status, stderr).toBe(0);
    const packed = stdout.trim().split(' ').at(-1) ?? '';
    const show = await helm(['show', 'all', packed]);
    for (const text of ['artifacthub.io/images', 'runAsNonRoot', '# shardwatch, the chart'])
      expect(show.stdout).toContain(text);
  } finally {
    rmSync(folder, { recursive: true });
  }
  // Helm keeps the chart and what it rendered as one JSON document, packed and then in base64.
  const release = await helm(['install', 'x', CHART, '--dry-run=client', '--output', 'json'], {});
  expect(JSON.parse(release.stdout)).toMatchObject({ chart: { metadata: { name: 'shardwatch' } } });
  const bytes = (gzipSync(release.stdout).length * 4) / 3;
  expect(bytes).toBeLessThan(0.5 * 1024 ** 2);
});

test('Artifact Hub is told the truth about image and version', () => {
  const meta = parse(chart('Chart.yaml')) as { appVersion: string; annotations: Record<string, string> };
  const [image] = parse(meta.annotations['artifacthub.io/images'] ?? '') as { image: string }[];
  const values = parse(chart('values.yaml')) as { image: { repository: string } };
  expect(image?.image).toBe(`${values.image.repository}:${meta.appVersion}`);
  const { version, license } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  expect(meta.appVersion).toBe(version);
  expect(meta.annotations['artifacthub.io/license']).toBe(license);
  expect(chart('LICENSE')).toBe(readFileSync(join(REPOSITORY, 'LICENSE'), 'utf8'));
  expect(chart('UPGRADING.md')).toContain(`## ${version}`);
});
