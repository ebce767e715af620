import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { LocalProcess } from '../local/process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shardwatch-generate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function generate(...args: string[]) {
  const process_ = new LocalProcess({
    name: 'generate',
    command: process.execPath,
    args: [join(import.meta.dirname, 'main.ts'), ...args],
    env: {},
  });
  const { code } = await process_.exited;
  return { code, output: process_.output };
}

function values(text: string): string {
  const file = join(folder, 'values.yaml');
  writeFileSync(file, text);
  return file;
}

test('what is committed is what would be generated', async () => {
  expect(await generate('--check')).toEqual({ code: 0, output: '' });
});

test('a file that is stale or missing fails the check, and is not written', async () => {
  await generate('--out', folder);
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('> 1000', '> 1001'));
  const stale = await generate('--check', '--out', folder);
  expect(stale.code).toBe(1);
  expect(stale.output).toBe(`${file} is not what would be generated: npm run generate`);
  expect(readFileSync(file, 'utf8')).toContain('> 1001');
  expect((await generate('--check', '--out', join(folder, 'nowhere'))).code).toBe(1);
});

test("a user's values are in what is written", async () => {
  const file = values('thresholds: { JetStreamConsumerPendingHigh: { warning: { value: 1234 } } }');
  expect((await generate('--values', file, '--out', folder)).code).toBe(0);
  expect(readFileSync(join(folder, 'rules.yaml'), 'utf8')).toContain('> 1234');
  expect(readFileSync(join(folder, 'dashboards', 'overview.json'), 'utf8')).toContain('"value": 1234');
  const runbook = join(folder, 'runbooks', 'JetStreamConsumerPendingHigh.md');
  expect(readFileSync(runbook, 'utf8')).toMatch(/\| warning +\| above 1234 /);
});

test('values that cannot work are refused with status 2, and nothing is written', async () => {
  const file = values('thresholds: { JetStreamConsumerPendingHigh: { warning: { value: 99999 } } }');
  const refused = await generate('--values', file, '--out', folder);
  expect(refused.code).toBe(2);
  expect(refused.output).toContain('expected the warning below the critical value, got 99999 and 10000');
  expect(() => readFileSync(join(folder, 'rules.yaml'))).toThrow('ENOENT');
  expect((await generate('--values', join(folder, 'none.yaml'))).output).toContain('none.yaml: ENOENT');
  expect((await generate('--values', values('a: ['))).code).toBe(2);
});

test('the help names every option', async () => {
  const { code, output } = await generate('--help');
  expect(code).toBe(0);
  for (const option of ['--values', '--out', '--check']) expect(output).toContain(option);
});
