import { existsSync, readFileSync, globSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { DEFAULT_SETTINGS } from '../../alerts/settings.ts';
import { GATEWAY_VARIABLES, readGatewayConfig } from '../../bot/gateway/config.ts';
import { SIMULATOR_VARIABLES, readSimulatorConfig } from '../../bot/simulator/config.ts';
import { CONSUMER_NAMES } from '../../bot/streams.ts';
import { WORKER_VARIABLES, readWorkerConfig } from '../../bot/worker/config.ts';
import { EXPORTER_VARIABLES, readExporterConfig } from '../../exporters/config.ts';
import { DEFAULT_PORTS } from '../../runtime/default-ports.ts';
import { deployText, serviceFile, type Service } from './testing/service-file.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const STACK = serviceFile('swarm/stack.yaml');
const SIMULATED = serviceFile('swarm/simulator.yaml');
const COMPOSE = serviceFile('compose.yaml');
const OWN = ['gateway', 'exporter', ...CONSUMER_NAMES];
const OTHERS = ['nats', 'postgres', 'prometheus', 'alertmanager', 'grafana'];
const FILES = [
  ['stack.yaml', STACK.services],
  ['simulator.yaml', { simulator: SIMULATED.services['simulator'] }],
  ['compose.yaml', COMPOSE.services],
] as const;

const everyService = FILES.flatMap(([file, services]) =>
  Object.entries(services).map(([name, service]) => [`${file} ${name}`, service as Service] as const),
);

test('Swarm has these services, compose the same and the simulator and who prints pages', () => {
  const sorted = (names: readonly string[]) => names.toSorted((a, b) => a.localeCompare(b));
  expect(sorted(Object.keys(STACK.services))).toEqual(sorted([...OWN, ...OTHERS]));
  expect(sorted(Object.keys(COMPOSE.services))).toEqual(sorted([...OWN, ...OTHERS, 'simulator', 'pages']));
});

test.for(everyService)('%s is pinned, checked, bounded and hardened', ([, service]) => {
  const tag = /:([^:}]+)\}$/.exec(service.image)?.[1];
  expect(tag).toMatch(/^v?\d+\.\d+(\.\d+)?(-\w+)?$/);
  expect(service.healthcheck).toMatchObject({
    interval: '10s',
    timeout: '5s',
    retries: 3,
    start_period: '60s',
  });
  expect(service.stop_grace_period).toBe('30s');
  expect(service.read_only).toBe(true);
  expect(service.cap_drop).toEqual(['ALL']);
  const { memory, cpus } = service.deploy?.resources.limits ?? {
    memory: service.mem_limit,
    cpus: service.cpus,
  };
  expect(memory).toMatch(/^\d+[MG]$/i);
  expect(Number(cpus)).toBeGreaterThan(0);
  if (service.deploy)
    expect(service.deploy).toMatchObject({ endpoint_mode: 'dnsrr', restart_policy: { condition: 'any' } });
  else expect(service.restart).toBe('always');
});

test('a Swarm update stops a task before it starts the next, one at a time', () => {
  for (const service of Object.values(STACK.services))
    expect(service.deploy?.update_config).toMatchObject({
      order: 'stop-first',
      parallelism: 1,
      failure_action: 'rollback',
    });
  expect(STACK.services['gateway']?.deploy?.replicas).toBe(2);
  expect(STACK.services['gateway']?.environment).toMatchObject({
    SHARD_COUNT: '${SHARD_COUNT:-4}',
    SHARD_STRATEGY: 'postgres_coordination',
  });
});

test('the grace period is longer than any process of ours takes to stop', () => {
  const deadlines = globSync('{bot,exporters}/**/{main,worker}.ts', { cwd: PROJECT }).flatMap((file) =>
    [...readFileSync(join(PROJECT, file), 'utf8').matchAll(/STOP_DEADLINE_MS = ([\d_]+)/g)].map(
      ([, value = '']) => Number(value.replaceAll('_', '')),
    ),
  );
  expect(deadlines.length).toBeGreaterThanOrEqual(4);
  expect(Math.max(...deadlines)).toBeLessThan(30_000 / 2);
});

const READERS: Readonly<
  Record<
    string,
    readonly [Readonly<Record<string, { secret: boolean }>>, (env: Record<string, string>) => unknown]
  >
> = {
  gateway: [GATEWAY_VARIABLES, readGatewayConfig],
  exporter: [EXPORTER_VARIABLES, readExporterConfig],
  simulator: [SIMULATOR_VARIABLES, readSimulatorConfig],
  ...Object.fromEntries(CONSUMER_NAMES.map((name) => [name, [WORKER_VARIABLES, readWorkerConfig] as const])),
};
const configured = everyService.filter(([name]) => (name.split(' ')[1] ?? '') in READERS);

test.for(configured)(
  'every variable of %s is one that its process reads, and it starts with them',
  ([name, service]) => {
    const [variables, read] = READERS[name.split(' ')[1] ?? ''] ?? [{}, () => undefined];
    const env: Record<string, string> = {};
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      const secret = variable.endsWith('_FILE') ? variable.slice(0, -'_FILE'.length) : undefined;
      if (secret !== undefined && variables[secret]?.secret) {
        // In place of the file, which is there only in Swarm.
        expect(service.secrets).toContain(String(value).split('/').at(-1));
        env[secret] = secret === 'DATABASE_URL' ? 'postgres://a:b@c:5432/d' : 'token';
      } else {
        expect(Object.keys(variables)).toContain(variable);
        env[variable] = defaultOf(String(value));
      }
    }
    expect(read(env)).toBeDefined();
  },
);

/** What a variable of the file is when nobody sets it: `${NAME:-default}`. */
function defaultOf(value: string): string {
  return value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
}

test('compose runs the images, commands and checks of the stack, with the same settings of services', () => {
  for (const [name, service] of Object.entries(STACK.services)) {
    const laptop = COMPOSE.services[name];
    expect([name, laptop?.image, laptop?.command, laptop?.healthcheck]).toEqual([
      name,
      service.image,
      service.command,
      service.healthcheck,
    ]);
    expect([name, laptop?.mem_limit?.toUpperCase(), Number(laptop?.cpus)]).toEqual([
      name,
      service.deploy?.resources.limits.memory,
      Number(service.deploy?.resources.limits.cpus),
    ]);
  }
});

test('on a laptop no port is open to others, in Swarm only that of Grafana, which asks for a password', () => {
  for (const { ports = [] } of Object.values(COMPOSE.services))
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  const open = Object.entries(STACK.services).filter(([, { ports = [] }]) => ports.length > 0);
  expect(open.map(([name]) => name)).toEqual(['grafana']);
  expect(STACK.services['grafana']?.environment).toHaveProperty('GF_SECURITY_ADMIN_PASSWORD__FILE');
});

test('every config and secret of the stack is there, used, and named by a version that deploy.sh sets', () => {
  const script = deployText('swarm/deploy.sh');
  const mounted = Object.values(STACK.services).flatMap(({ configs = [] }) =>
    configs.map(({ source }) => source),
  );
  expect(new Set(mounted)).toEqual(new Set(Object.keys(STACK.configs ?? {})));
  for (const { name, file } of Object.values(STACK.configs ?? {})) {
    expect(existsSync(join(PROJECT, 'deploy', 'swarm', file)), file).toBe(true);
    expect(script).toContain(`${/\$\{(\w+_VERSION)\}$/.exec(name)?.[1]}=`);
  }
  const read = Object.values(STACK.services).flatMap(({ secrets = [] }) =>
    secrets.map((secret) => (typeof secret === 'string' ? secret : secret.source)),
  );
  expect(new Set(read)).toEqual(new Set(Object.keys(STACK.secrets ?? {})));
  for (const { name } of Object.values(STACK.secrets ?? {}))
    expect(script).toContain(`${/\$\{(\w+_VERSION)\}$/.exec(name)?.[1]}=`);
  const dashboards = globSync('dashboards/generated/*.json', { cwd: PROJECT }).map((file) => `../../${file}`);
  const shipped = Object.values(STACK.configs ?? {}).map(({ file }) => file);
  expect(shipped).toEqual(expect.arrayContaining(dashboards));
});

test('every process of the stack has a user of NATS, with a password of its own', () => {
  const allowed = [...deployText('swarm/nats.conf').matchAll(/\{ user: (\w+), password: \$(\w+), /g)];
  expect(allowed.map(([, user, password]) => [user, password])).toEqual(
    ['gateway', 'worker', 'exporter'].map((user) => [user, `${user.toUpperCase()}_PASSWORD`]),
  );
  for (const name of OWN) {
    const user = name === 'gateway' || name === 'exporter' ? name : 'worker';
    expect(STACK.services[name]?.environment).toMatchObject({
      NATS_USER: user,
      NATS_PASSWORD_FILE: `/run/secrets/nats_${user}_password`,
    });
    expect(
      STACK.services[name]?.secrets?.filter((secret) => JSON.stringify(secret).includes('nats')),
    ).toEqual([`nats_${user}_password`]);
  }
});

test("the address of a dead man's switch is where the values look for it", () => {
  const overlay = serviceFile('swarm/dead-man.yaml');
  expect(Object.keys(overlay.secrets ?? {})).toEqual(overlay.services['alertmanager']?.secrets);
  expect(deployText('services/alertmanager-values.yaml')).toContain('/run/secrets/dead_man_url }');
});

test('Prometheus asks every process at its port, by the jobs and intervals that the rules know', () => {
  interface Job {
    readonly job_name: string;
    readonly dns_sd_configs?: readonly { readonly names: readonly string[]; readonly port: number }[];
  }
  const config = parse(deployText('services/prometheus.yaml')) as {
    readonly global: Readonly<Record<string, string>>;
    readonly scrape_configs: readonly Job[];
  };
  const { scrapeInterval, evaluationInterval, retention } = DEFAULT_SETTINGS.prometheus;
  expect(config.global).toEqual({ scrape_interval: scrapeInterval, evaluation_interval: evaluationInterval });
  expect(STACK.services['prometheus']?.command).toContain(`--storage.tsdb.retention.time=${retention}`);
  const asked = config.scrape_configs.flatMap(({ job_name: job, dns_sd_configs: found = [] }) =>
    found.flatMap(({ names, port }) => names.map((name) => `${job} ${name} ${port}`)),
  );
  const portOf = (name: string) => Number(STACK.services[name]?.environment?.['PORT']);
  const jobOf = (name: string) => (name === 'gateway' || name === 'exporter' ? name : 'worker');
  for (const name of OWN) expect(asked).toContain(`${jobOf(name)} tasks.${name} ${portOf(name)}`);
  expect(portOf('gateway')).toBe(DEFAULT_PORTS.gateway);
  expect(portOf('exporter')).toBe(DEFAULT_PORTS.exporter);
  expect(CONSUMER_NAMES.map(portOf)).toEqual(CONSUMER_NAMES.map((_, index) => DEFAULT_PORTS.worker + index));
  const aliases = JSON.stringify(COMPOSE.services);
  for (const line of asked) expect(aliases).toContain(line.split(' ')[1]);
});

test('the images of the stack carry the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string };
  expect(STACK.services['gateway']?.image).toBe(`\${SHARDWATCH_IMAGE:-shardwatch:${version}}`);
  expect(SIMULATED.services['simulator']?.image).toBe(`\${SIMULATOR_IMAGE:-shardwatch-simulator:${version}}`);
});
