import { createServer } from 'node:http';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test, vi } from 'vitest';
import { stringify } from 'yaml';

import { Alertmanager } from './alertmanager.ts';
import { PageReceiver } from './page-receiver.ts';
import { Prometheus } from './prometheus.ts';
import type { PrometheusOptions } from './prometheus-config.ts';
import { exists } from './testing/child-processes.ts';

const FAST: PrometheusOptions = { jobs: {}, scrapeInterval: '1s', evaluationInterval: '1s' };
const RULES = stringify({
  groups: [
    {
      name: 'tiny',
      rules: [
        {
          alert: 'TooWarm',
          expr: 'temperature > 30',
          labels: { severity: 'critical' },
          annotations: { summary: 'It is {{ $value }} degrees.' },
        },
        { record: 'temperature:twice', expr: 'temperature * 2' },
      ],
    },
  ],
});

function alertmanagerConfig(url: string, path = 'page'): string {
  return stringify({
    route: { receiver: 'page', group_by: ['alertname'], group_wait: '0s', group_interval: '1s' },
    receivers: [{ name: 'page', webhook_configs: [{ url: `${url}/${path}`, send_resolved: true }] }],
  });
}

/** Something to scrape whose one figure the test sets. */
async function startThermometer() {
  const thermometer = { degrees: 20, target: '', [Symbol.asyncDispose]: async () => close() };
  const server = createServer((_, response) => response.end(`temperature ${thermometer.degrees}\n`));
  const close = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  thermometer.target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return thermometer;
}

/** Prometheus tells nobody when it has looked. */
async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (const deadline = performance.now() + 15_000; performance.now() < deadline; await sleep(100)) {
    const seen = await look();
    if (seen) return seen;
  }
  throw new Error('it did not come to pass within 15 s');
}

test('what fires is paged, what ends is told, and nothing stays behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-test-'));
  vi.stubEnv('TMPDIR', folder);
  const pids: number[] = [];
  {
    await using thermometer = await startThermometer();
    await using pages = await PageReceiver.start();
    await using alertmanager = await Alertmanager.start({ config: alertmanagerConfig(pages.url) });
    await using prometheus = await Prometheus.start({
      ...FAST,
      jobs: { house: [thermometer.target] },
      rules: RULES,
      alertmanager: alertmanager.address,
      retention: '1d',
    });
    pids.push(alertmanager.pid, prometheus.pid);

    thermometer.degrees = 40;
    const page = await pages.waitFor(({ status }) => status === 'firing', 20_000);
    expect(page).toMatchObject({
      receiver: 'page',
      alertname: 'TooWarm',
      severity: 'critical',
      labels: { job: 'house', instance: thermometer.target },
      annotations: { summary: 'It is 40 degrees.' },
    });
    expect(await prometheus.alerts()).toMatchObject([{ state: 'firing', labels: { alertname: 'TooWarm' } }]);
    expect(await alertmanager.alerts()).toMatchObject([
      { receivers: [{ name: 'page' }], status: { state: 'active' } },
    ]);

    thermometer.degrees = 20;
    const end = await pages.waitFor(({ status }) => status === 'resolved', 20_000);
    expect(end).toMatchObject({ alertname: 'TooWarm', groupKey: page.groupKey, startsAt: page.startsAt });
    expect(pages.messages.map(({ status }) => status)).toEqual(['firing', 'resolved']);
    expect(await prometheus.alerts()).toEqual([]);
  }
  expect(pids.filter(exists)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

test('targets change while Prometheus runs, and its store outlives a stop and a kill', async () => {
  await using one = await startThermometer();
  await using other = await startThermometer();
  await using prometheus = await Prometheus.start({ ...FAST, jobs: { house: [one.target] }, rules: RULES });
  const up = async () => (await prometheus.targets()).filter(({ health }) => health === 'up');
  const first = await until(async () => (await prometheus.query('temperature'))[0]);
  expect(first).toMatchObject({ metric: { instance: one.target }, value: 20 });
  const seenAtMs = Date.now();

  await prometheus.setTargets('house', [other.target]);
  await until(async () => (await up()).some(({ labels }) => labels['instance'] === other.target));
  expect((await prometheus.targets()).map(({ labels }) => labels['instance'])).toEqual([other.target]);
  await expect(prometheus.setTargets('garden', [])).rejects.toThrow('expected house, got garden');

  await prometheus.stop();
  await prometheus.startAgain();
  await prometheus.kill();
  await prometheus.startAgain();
  const old = await prometheus.queryRange('temperature', seenAtMs - 2_000, seenAtMs, 1_000);
  expect(old).toMatchObject([{ metric: { instance: one.target } }]);
  expect(old[0]?.values.at(-1)).toEqual([seenAtMs / 1_000, 20]);

  const [group] = await until(async () => {
    const groups = await prometheus.rules();
    return groups[0]?.rules.every(({ health }) => health === 'ok') && groups;
  });
  expect(group?.rules.map(({ name, type }) => `${type} ${name}`)).toEqual([
    'alerting TooWarm',
    'recording temperature:twice',
  ]);
  await expect(prometheus.query('sum(')).rejects.toThrow('1:5: parse error');
});

test('Alertmanager takes a new configuration, refuses a bad one and goes on', async () => {
  await using pages = await PageReceiver.start();
  await using alertmanager = await Alertmanager.start({ config: alertmanagerConfig(pages.url, 'before') });
  await expect(alertmanager.reload('route: {}')).rejects.toThrow(/got 500 .*route/);
  await alertmanager.send([{ labels: { alertname: 'One' } }]);
  await pages.waitFor(({ receiver, alertname }) => receiver === 'before' && alertname === 'One', 10_000);

  await alertmanager.reload(alertmanagerConfig(pages.url, 'after'));
  await alertmanager.send([{ labels: { alertname: 'Two' } }]);
  await pages.waitFor(({ receiver, alertname }) => receiver === 'after' && alertname === 'Two', 10_000);
  await expect(alertmanager.send([{ labels: {} }])).rejects.toThrow('got 400');
});

test('a refused configuration is an error with the words of who refused it, and leaves no folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-test-'));
  vi.stubEnv('TMPDIR', folder);
  await expect(Prometheus.start({ ...FAST, rules: 'groups: [{ nonsense: 1 }]' })).rejects.toThrow(
    /prometheus ended \(1\)[\s\S]*nonsense/,
  );
  await expect(Alertmanager.start({ config: 'nonsense: 1' })).rejects.toThrow(
    /alertmanager ended \(1\)[\s\S]*nonsense/,
  );
  const missing = join(folder, 'missing.yaml');
  await expect(Alertmanager.start({ config: { path: missing } })).rejects.toThrow('missing.yaml');
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(missing)).toBe(false);
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

test('who waits for a page that does not come is told what came instead', async () => {
  await using pages = await PageReceiver.start();
  const body = {
    status: 'firing',
    groupKey: 'g',
    alerts: [{ status: 'firing', labels: { alertname: 'A' } }],
  };
  await fetch(`${pages.url}/ticket`, { method: 'POST', body: JSON.stringify(body) });
  await expect(pages.waitFor(({ receiver }) => receiver === 'page', 50)).rejects.toThrow(
    'no such notification came in 50 ms: got ticket firing A',
  );
  const waiting = pages.waitFor(({ receiver }) => receiver === 'page', 60_000);
  const failed = expect(waiting).rejects.toThrow('/page: Unexpected token');
  const answer = await fetch(`${pages.url}/page`, { method: 'POST', body: 'nonsense' });
  expect(answer.status).toBe(400);
  await failed;
});
