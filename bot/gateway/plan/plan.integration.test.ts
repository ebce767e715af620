import { afterAll, beforeAll, expect, test } from 'vitest';

import { LocalProcess } from '../../../deploy/local/process.ts';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { TEST_TOKEN } from '../../testing/pipeline.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({
    token: TEST_TOKEN,
    shards: 33,
    maxConcurrency: 16,
    sessionStartLimit: { total: 1_000, remaining: 147 },
  });
});

afterAll(async () => {
  await simulator.close();
});

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const process_ = new LocalProcess({
    name: 'shards',
    command: process.execPath,
    args: ['bot/gateway/plan/main.ts', ...args],
    env: { PATH: process.env['PATH'], DISCORD_TOKEN: TEST_TOKEN, DISCORD_API_URL: simulator.apiUrl, ...env },
  });
  const { code } = await process_.exited;
  return { code, output: process_.output };
}

test('it asks Discord and says what to set', async () => {
  const { code, output } = await run(['plan', '--shards', '40', '--shards-per-replica', '8']);
  expect([code, output]).toEqual([3, expect.stringContaining('SHARD_COUNT=48\n  SHARDS_PER_PROCESS=8')]);
  expect(output).toContain('Discord recommends 33 shards');
});

test('programs get the same as JSON, and the status tells whether it fits', async () => {
  const { code, output } = await run(['plan', '--json', '--shards', '32']);
  expect(code, output).toBe(0);
  expect(JSON.parse(output)).toMatchObject({
    recommendedShards: 33,
    shards: 32,
    replicas: 2,
    identifySeconds: 5,
    fits: true,
    sessionStarts: { remaining: 147, reserved: 100, needed: 32 },
  });
});

test('wrong settings and a Discord that does not answer are told apart', async () => {
  expect(await run(['plan'], { DISCORD_TOKEN: 'another-token' })).toMatchObject({
    code: 2,
    output: expect.stringContaining('Discord refused the bot token'),
  });
  expect(await run(['plan'], { DISCORD_TOKEN: '' })).toMatchObject({ code: 2 });
  expect(await run(['plan'], { DISCORD_API_URL: 'http://127.0.0.1:1/api' })).toMatchObject({ code: 1 });
  expect((await run(['plan', '--shards', 'many'])).code).toBe(2);
  expect(await run(['plan', '--help'])).toMatchObject({
    code: 0,
    output: expect.stringContaining('Exit status'),
  });
  expect(simulator.ledger.identifies()).toEqual([]);
});
