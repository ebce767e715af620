import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { CONSUMER_NAMES } from '../../bot/streams.ts';
import { WORKER_VARIABLES } from '../../bot/worker/config.ts';
import { serviceFile } from '../docker/testing/service-file.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const SERVICES = serviceFile('swarm/stack.yaml').services;

/** What stands in the runbooks' code and begins with `docker`, in pipes too. */
const commands = globSync('alerts/runbooks/*.md', { cwd: PROJECT }).flatMap((file) =>
  [...readFileSync(join(PROJECT, file), 'utf8').matchAll(/\bdocker (?!-)[a-z].*$/gm)].map(([line]) => ({
    file,
    line: line.split(/ {2,}#|`/)[0]?.trim() ?? '',
  })),
);

test('the runbooks have commands for Swarm', () => {
  expect(commands.length).toBeGreaterThan(40);
});

test('every service that they name is one of the stack', () => {
  const named = commands.flatMap(({ file, line }) =>
    [...line.matchAll(/\$\{NS\}_(\$?[\w-]+)/g)].map(([, service = '']) => ({ file, service })),
  );
  expect(named.length).toBeGreaterThan(30);
  for (const { file, service } of named) {
    // $W is the service of a consumer, by the consumer's name.
    const services = service === '$W' ? CONSUMER_NAMES : [service];
    for (const each of services) expect(Object.keys(SERVICES), `${file}: ${service}`).toContain(each);
  }
});

test('every service that they scale or roll back can be', () => {
  for (const { line } of commands) {
    const [, subcommand] = /^docker service (\w+)/.exec(line) ?? [];
    if (subcommand) expect(['ps', 'logs', 'ls', 'scale', 'update', 'rollback']).toContain(subcommand);
  }
});

test('every variable that they set is one that the workers read', () => {
  const set = commands.flatMap(({ line }) =>
    [...line.matchAll(/--env-add (\w+)=/g)].map(([, name = '']) => name),
  );
  expect(set.length).toBeGreaterThan(0);
  for (const name of set) expect(Object.keys(WORKER_VARIABLES)).toContain(name);
});

test('every script that they start in a container is in the image', () => {
  const scripts = commands.flatMap(({ line }) =>
    [...line.matchAll(/node dist\/(\S+)\.js/g)].map(([, path = '']) => path),
  );
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) expect(existsSync(join(PROJECT, `${script}.ts`)), script).toBe(true);
});

test('a container that they stop comes again, and is given the time that they give it', () => {
  expect(commands.some(({ line }) => line.startsWith('docker stop -t 30 '))).toBe(true);
  for (const service of Object.values(SERVICES)) {
    expect(service.deploy?.restart_policy).toMatchObject({ condition: 'any' });
    expect(service.stop_grace_period).toBe('30s');
  }
});
