import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { OutputLines } from './output-lines.ts';
import { LocalProcess } from './process.ts';
import { exists, waitUntilGone } from './testing/child-processes.ts';

function script(source: string, onLine?: (line: string) => void): LocalProcess {
  return new LocalProcess({
    name: 'child',
    command: process.execPath,
    args: ['-e', source],
    ...(onLine ? { onLine } : {}),
  });
}

const saying = (text: string) => (line: string) => (line.startsWith(text) ? line : undefined);

test('a child that ignores SIGTERM is killed when the deadline passes', async () => {
  const child = script(
    `process.on('SIGTERM', () => console.log('no')); console.log('up'); setInterval(() => {}, 1e6)`,
  );
  await child.waitForLine(saying('up'));
  const status = await child.stop('SIGTERM', 200);
  expect(status).toEqual({ code: null, signal: 'SIGKILL' });
  expect(child.output).toContain('no');
  expect(child.alive).toBe(false);
});

test('a paused child still stops cleanly', async () => {
  const child = script(
    `process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1e6)`,
  );
  await child.waitForLine(saying('up'));
  child.signal('SIGSTOP');
  expect(await child.stop()).toEqual({ code: 7, signal: null });
});

test('every line that a killed child wrote is there, the last one without a line end too', async () => {
  const lines: string[] = [];
  const child = script(
    `require('fs').writeSync(1, 'line\\n'.repeat(10000) + 'the end'); process.kill(process.pid, 'SIGKILL')`,
    (line) => lines.push(line),
  );
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(lines).toHaveLength(10_001);
  expect(lines.at(-1)).toBe('the end');
});

test('a child whose own child holds the pipes counts as ended', async () => {
  const child = script(
    `const { spawn } = require('child_process');
     console.log(spawn('sleep', ['30'], { stdio: 'inherit' }).pid); process.exit(3)`,
  );
  const grandchild = Number(await child.waitForLine(saying('')));
  expect(await child.exited).toEqual({ code: 3, signal: null });
  process.kill(grandchild, 'SIGKILL');
});

test('a command that is not there ends with 127 and says so', async () => {
  const child = new LocalProcess({ name: 'missing', command: '/nowhere/program', args: [] });
  await expect(child.waitForLine(saying('up'))).rejects.toMatchObject({ code: 'PROCESS_ENDED' });
  expect(await child.stop()).toEqual({ code: 127, signal: null });
  expect(child.output).toContain('ENOENT');
});

test('waiting for a line fails when the child ends or stays silent, with what it wrote', async () => {
  const ending = script(`console.log('some trouble'); process.exitCode = 4`);
  await expect(ending.waitForLine(saying('up'))).rejects.toThrow(/ended \(4\) before that[^]*some trouble/);
  await using silent = script(`setInterval(() => {}, 1e6)`);
  await expect(silent.waitForLine(saying('up'), 100)).rejects.toMatchObject({ code: 'PROCESS_SILENT' });
});

test('an early line is still found after thousands of others', async () => {
  await using child = script(`console.log('address 1'); for (let i = 0; i < 5000; i++) console.log('line', i);
    console.log('done'); setInterval(() => {}, 1e6)`);
  await child.waitForLine(saying('done'));
  expect(await child.waitForLine(saying('address'))).toBe('address 1');
  expect(child.output).toContain('... 4702 lines ...');
});

test('the kept output is bounded', () => {
  const output = new OutputLines();
  for (let line = 0; line < 100_000; line += 1) output.add(`line ${line}`);
  expect(output.text.split('\n')).toHaveLength(301);
  expect(output.text).toMatch(/line 99999$/);
});

const PARENT = `
import { LocalProcess } from '${join(import.meta.dirname, 'process.ts')}';
const stubborn = "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1e6)";
const children = ['a', 'b'].map((name) => new LocalProcess({ name, command: process.execPath, args: ['-e', stubborn] }));
for (const child of children) await child.waitForLine((line) => line === 'up' || undefined);
const ended = new LocalProcess({ name: 'c', command: process.execPath, args: ['-e', ''] });
await ended.exited;
console.log(JSON.stringify(children.map((child) => child.pid)));
`;

test.for(['SIGKILL', 'SIGTERM'] as const)('children end with a parent that dies of %s', async (signal) => {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-process-'));
  const file = join(folder, 'parent.mts');
  writeFileSync(file, PARENT);
  await using parent = new LocalProcess({ name: 'parent', command: process.execPath, args: [file] });
  const children = JSON.parse(await parent.waitForLine(saying('['))) as number[];
  expect(children.every(exists)).toBe(true);
  parent.signal(signal);
  await parent.exited;
  expect(await waitUntilGone(children)).toEqual([]);
  rmSync(folder, { recursive: true });
});
