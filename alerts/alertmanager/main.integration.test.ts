import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';

import { LocalProcess } from '../../deploy/local/process.ts';

const SECRET = 'https://chat.example/very-secret';

let folder: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shardwatch-alertmanager-cli-'));
  out = join(folder, 'alertmanager.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(main: string, ...args: readonly string[]) {
  const command = new LocalProcess({
    name: main,
    command: process.execPath,
    args: [join(import.meta.dirname, main), ...args],
    env: {},
  });
  const { code } = await command.exited;
  return { code, output: command.output };
}

function values(text: string): string {
  const file = join(folder, 'values.yaml');
  writeFileSync(file, text);
  return file;
}

function discordValues(): string {
  const file = join(folder, 'discord');
  writeFileSync(file, `${SECRET}\n`);
  const hook = '[{ webhook: { url: "http://bridge:8080" } }]';
  return values(
    `alertmanager: { receivers: { page: [{ discord: { webhookUrlFile: ${file} } }], ticket: ${hook}, deadMan: ${hook} } }`,
  );
}

test('the example of --help works, and the same file serves the rules', async () => {
  const { output } = await run('main.ts', '--help');
  const [, example = ''] = /Example of values[^\n]*\n([\s\S]*)\n\nAll settings/.exec(output) ?? [];
  const file = values(
    `${example}\n    timing: { page: { groupWait: 7s } }\n  selectors: { groupBy: [cluster] }\n`,
  );
  expect(await run('main.ts', '--values', file, '--out', out)).toEqual({ code: 0, output: out });
  const { route } = parse(readFileSync(out, 'utf8')) as {
    route: { group_by: string[]; routes: { group_wait: string }[] };
  };
  expect(route.group_by).toEqual(['cluster', 'namespace', 'alertname', 'scope']);
  expect(route.routes[1]?.group_wait).toBe('7s');
  expect(statSync(out).mode & 0o777).toBe(0o644);

  const rules = await run('../../deploy/generate/main.ts', '--values', file, '--out', folder);
  expect(rules.code).toBe(0);
  expect(readFileSync(join(folder, 'rules.yaml'), 'utf8')).toContain('cluster, namespace');
});

test('without --out it is printed, with a word about who hears nothing', async () => {
  const hook = '[{ webhook: { url: "http://bridge:8080" } }]';
  const file = values(`alertmanager: { receivers: { page: ${hook}, ticket: ${hook} } }`);
  const { code, output } = await run('main.ts', '--values', file);
  expect(code).toBe(0);
  expect(output).toContain('inhibit_rules:');
  expect(output).toContain('Nobody hears when alerting itself stops');
});

test('a secret gets into the file only when asked for, and then only its owner can read it', async () => {
  const file = discordValues();
  const refused = await run('main.ts', '--values', file, '--out', out);
  expect(refused.code).toBe(2);
  expect(refused.output).toContain('--inline-secrets');
  expect(readdirSync(folder)).not.toContain('alertmanager.yaml');

  const printed = await run('main.ts', '--values', file, '--inline-secrets');
  expect(printed.code).toBe(2);
  expect(printed.output).toContain('expected --out with it');

  writeFileSync(out, 'an older one', { mode: 0o644 });
  const written = await run('main.ts', '--values', file, '--inline-secrets', '--out', out);
  expect(written).toEqual({ code: 0, output: out });
  expect(readFileSync(out, 'utf8')).toContain(`webhook_url: ${SECRET}`);
  expect(statSync(out).mode & 0o777).toBe(0o600);
});

test('values that cannot work are refused with status 2 and every reason', async () => {
  const file = values('alertmanager: { receivers: { page: [{ sms: {} }] } }\nthresholds: {}');
  const { code, output } = await run('main.ts', '--values', file, '--out', out);
  expect(code).toBe(2);
  expect(output).toContain('alertmanager.receivers.page[0].sms: there is no such setting');
  expect(output).toContain('alertmanager.receivers.ticket: expected a list');

  const missing = await run('main.ts', '--values', join(folder, 'missing.yaml'));
  expect(missing.code).toBe(2);
  expect(missing.output).toContain('ENOENT');
  const nowhere = await run(
    'main.ts',
    '--values',
    discordValues(),
    '--inline-secrets',
    '--out',
    join(folder, 'no', 'a'),
  );
  expect(nowhere.code).toBe(2);
  expect(nowhere.output).toContain('ENOENT');
  expect(nowhere.output).not.toContain('very-secret');
});
