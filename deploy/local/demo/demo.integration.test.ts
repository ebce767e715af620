import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { LocalProcess } from '../process.ts';
import { childrenOf, waitUntilGone } from '../testing/child-processes.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const ALL_READY = /shards ready (\d+)\/\1 /;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shardwatch-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function startDemo(...args: string[]): LocalProcess {
  return new LocalProcess({
    name: 'demo',
    command: process.execPath,
    args: [MAIN, ...args],
    // The tools that were found for the tests.
    env: {
      PATH: process.env['PATH'],
      NATS_SERVER: process.env['NATS_SERVER'],
      PROMETHEUS: process.env['PROMETHEUS'],
      ALERTMANAGER: process.env['ALERTMANAGER'],
      TMPDIR: folder,
    },
  });
}

const matching = (pattern: RegExp) => (line: string) => (pattern.test(line) ? line : undefined);

test('a run with an end, during which a gateway is killed, loses nothing and ends with status 0', async () => {
  await using demo = startDemo('--for', '6s', '--rate', '200');
  await demo.waitForLine(matching(ALL_READY));
  const children = childrenOf(demo.pid);
  const gateway = [...children].find(([, command]) => command.includes('bot/gateway/main.ts'));
  process.kill(gateway![0], 'SIGKILL');
  const status = await demo.exited;
  expect(demo.output).toMatch(/gateway-\d ended \(SIGKILL\); starting again/);
  expect(demo.output).toMatch(/dispatched [\d,]{4,}, stored exactly once [\d,]+, missing 0, repeated 0/);
  expect(demo.output).toContain('restarts 1\n');
  expect(demo.output).toContain('Events flowed and nothing was lost.');
  expect(status).toEqual({ code: 0, signal: null });
  expect(await waitUntilGone(children.keys())).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

test('Ctrl-C stops monitoring, gateways, workers, simulator and NATS in this order and leaves nothing behind', async () => {
  await using demo = startDemo('--shards', '2', '--rate', '50');
  await demo.waitForLine(matching(ALL_READY));
  const children = childrenOf(demo.pid);
  expect(children.size).toBeGreaterThanOrEqual(11);
  demo.signal('SIGINT');
  expect(await demo.exited).toEqual({ code: 0, signal: null });
  expect(demo.output).toMatch(
    /stopping prometheus\nstopping alertmanager\nstopping gateways\nstopping workers\nstopping exporter\nstopping discord\nstopping bus$/,
  );
  expect(await waitUntilGone(children.keys())).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

test('when the demo itself is killed its processes end too, and the next one removes its folder', async () => {
  await using demo = startDemo('--shards', '2', '--rate', '50');
  await demo.waitForLine(matching(ALL_READY));
  const children = childrenOf(demo.pid);
  demo.signal('SIGKILL');
  await demo.exited;
  expect(await waitUntilGone(children.keys())).toEqual([]);
  const [left = ''] = readdirSync(folder);
  expect(left).toMatch(/^shardwatch-demo-/);

  await using next = startDemo('--shards', '2');
  await next.waitForLine(matching(/^removed what a killed demo had left: .*shardwatch-demo-/));
  await next.waitForLine(matching(/^logs in /));
  expect(readdirSync(folder)).not.toContain(left);
  next.signal('SIGTERM');
  expect(await next.exited).toEqual({ code: 0, signal: null });
  expect(readdirSync(folder)).toEqual([]);
});

test('a stop while it is still starting ends it as cleanly', async () => {
  await using demo = startDemo('--shards', '2');
  await demo.waitForLine(matching(/^starting workers/));
  const children = childrenOf(demo.pid);
  demo.signal('SIGTERM');
  expect(await demo.exited).toEqual({ code: 0, signal: null });
  expect(await waitUntilGone(children.keys())).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

test('a bot that cannot start is said with its own words, with the status that it ended with', async () => {
  await using demo = new LocalProcess({
    name: 'demo',
    command: process.execPath,
    args: [MAIN, '--shards', '2'],
    env: {
      PATH: process.env['PATH'],
      NATS_SERVER: process.env['NATS_SERVER'],
      TMPDIR: folder,
      DISCORD_INTENTS: 'all of them',
    },
  });
  expect(await demo.exited).toEqual({ code: 2, signal: null });
  expect(demo.output).toMatch(
    /gateway-\d does not start: it ended with status 2\ngateway: One setting is wrong/,
  );
  expect(demo.output).toContain('DISCORD_INTENTS: expected an integer');
  expect(readdirSync(folder)).toEqual([]);
});
