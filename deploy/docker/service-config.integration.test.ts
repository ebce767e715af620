import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';

import { testedVersions } from '../local/testing/tested-versions.ts';
import { deployText, type ServiceFile } from './testing/service-file.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const SERVICES = join(PROJECT, 'deploy', 'services');

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'shardwatch-services-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('promtool takes the configuration of Prometheus, with the rules', async () => {
  const rules = join(PROJECT, 'alerts', 'generated', 'rules.yaml');
  const file = join(folder(), 'prometheus.yaml');
  writeFileSync(file, deployText('services/prometheus.yaml').replace('/etc/prometheus/rules.yaml', rules));
  for (const { binary } of await testedVersions('promtool'))
    expect(execFileSync(binary, ['check', 'config', file], { encoding: 'utf8' })).toContain('rules found');
});

test('the configuration of Alertmanager is what its values make, and a current amtool takes it', async () => {
  const made = join(folder(), 'alertmanager.yaml');
  const values = join(SERVICES, 'alertmanager-values.yaml');
  const script = join(PROJECT, 'alerts', 'alertmanager', 'main.ts');
  execFileSync(process.execPath, [script, '--values', values, '--out', made], { stdio: 'pipe' });
  expect(deployText('services/alertmanager.yaml')).toBe(readFileSync(made, 'utf8'));
  const [, current] = await testedVersions('amtool');
  if (!current) return console.warn('SKIPPED: the configuration needs an amtool of 0.28 or newer');
  const route = [`--config.file=${made}`, 'alertname=DiscordShardDown', 'severity=critical'];
  expect(
    execFileSync(current.binary, ['config', 'routes', 'test', ...route], { encoding: 'utf8' }),
  ).toContain('page');
});

test('nats-server takes its configuration, and that of Swarm with users', async () => {
  const path = folder();
  // The names that the stack mounts them by.
  writeFileSync(join(path, 'server.conf'), deployText('services/nats.conf'));
  writeFileSync(join(path, 'nats.conf'), deployText('swarm/nats.conf'));
  const passwords = ['GATEWAY', 'WORKER', 'EXPORTER'].map((user) => `${user}_PASSWORD: '12e34'\n`);
  writeFileSync(join(path, 'passwords.conf'), passwords.join(''));
  for (const { binary } of await testedVersions('nats-server'))
    for (const file of ['server.conf', 'nats.conf'])
      execFileSync(binary, ['-t', '-c', join(path, file)], { stdio: 'pipe' });
});

test('docker stack config resolves the stack, the simulator and the test on top of it', () => {
  const files = ['stack.yaml', 'simulator.yaml', 'testing/for-tests.yaml'];
  const args = files.flatMap((file) => ['-c', join(PROJECT, 'deploy', 'swarm', file)]);
  // Versions as deploy.sh sets them; secrets need not be there.
  const names = [...deployText('swarm/stack.yaml').matchAll(/\$\{(\w+_VERSION)\}/g)].map(
    ([, name = '']) => name,
  );
  const variables = Object.fromEntries(names.map((name) => [name, '1']));
  const env = { PATH: process.env['PATH'], HOME: folder(), STACK: 's', DATA_NODE: 'n', ...variables };
  let resolved: string;
  try {
    resolved = execFileSync('docker', ['stack', 'config', ...args], { env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code !== 'ENOENT' && !/unknown|is not a docker command/.test(stderr ?? '')) throw error;
    return console.warn('SKIPPED: there is no docker with `stack config` (23.0 or newer) on PATH');
  }
  const { services } = parse(resolved) as ServiceFile;
  expect(services['gateway']?.environment).toMatchObject({
    DISCORD_API_URL: 'http://simulator:8700/api',
    DISCORD_TOKEN_FILE: '/run/secrets/discord_token',
    SHARD_COUNT: '4',
  });
});
