import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { SupervisedService } from './supervised-service.ts';

let folder: string;
let notes: string[];
let onNote: (() => void) | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shardwatch-service-'));
  notes = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that listens on its port unless `source` says otherwise. */
function service(source: string): SupervisedService {
  return new SupervisedService({
    spec: {
      name: 'thing',
      command: process.execPath,
      args: (port) => ['-e', source, String(port)],
      env: () => ({ FOLDER: folder }),
      isListening: (line) => line === 'listening',
      pages: [],
    },
    cwd: folder,
    logFolder: folder,
    note: (text) => {
      notes.push(text);
      onNote?.();
    },
  });
}

const LISTEN = `require('net').createServer().listen(+process.argv[1], '127.0.0.1', () => console.log('listening'));`;

async function untilUpAgain(one: SupervisedService): Promise<void> {
  while (one.restarts === 0 || one.state !== 'up') await new Promise((resolve) => setTimeout(resolve, 10));
}

test('a process that is killed comes back on its port, is counted and told of', async () => {
  const one = service(LISTEN);
  await one.start();
  const { port, pid } = one;
  process.kill(pid!, 'SIGKILL');
  await untilUpAgain(one);
  expect(one.port).toBe(port);
  expect(one.pid).not.toBe(pid);
  expect(one.restarts).toBe(1);
  expect(notes).toEqual(['thing ended (SIGKILL); starting again in 250 ms']);
  await one.stop();
  expect(one.pid).toBeUndefined();
  expect(readFileSync(one.logFile, 'utf8')).toBe('listening\nlistening\n');
});

test('a start that fails once is tried again', async () => {
  const file = join(folder, 'tried');
  const one = service(`const fs = require('fs'); if (!fs.existsSync('tried')) {
    fs.writeFileSync('tried', ''); process.exit(1); } ${LISTEN}`);
  await one.start();
  expect(existsSync(file)).toBe(true);
  expect(one.restarts).toBe(1);
  await one.stop();
});

test('a process that is configured wrongly is not tried again: its words are the error', async () => {
  const one = service(`console.error('SHARD_ID: expected'); process.exit(2)`);
  const error = one.start();
  await expect(error).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
  await expect(error).rejects.toThrow(/thing does not start: it ended with status 2[^]*SHARD_ID: expected/);
  expect(one.restarts).toBe(0);
  await one.stop();
});

test('a process that never listens is given up after a few tries', async () => {
  const one = service(`console.log('broken'); process.exit(1)`);
  await expect(one.start()).rejects.toThrow(/ended with status 1[^]*broken/);
  expect(one.restarts).toBe(3);
  await one.stop();
});

test('a stop while it waits to start again, or before it listens, ends it', async () => {
  const failing = service('process.exit(1)');
  const noted = new Promise<void>((resolve) => {
    onNote = resolve;
  });
  const started = failing.start();
  const refused = expect(started).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
  await noted;
  await failing.stop();
  await refused;

  const mute = service('setInterval(() => {}, 1e6)');
  const never = expect(mute.start()).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
  while (mute.pid === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  await mute.stop();
  await never;
});
