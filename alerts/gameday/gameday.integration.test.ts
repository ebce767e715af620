import { expect, test } from 'vitest';

import { LocalProcess } from '../../deploy/local/process.ts';
import { childrenOf, waitUntilGone } from '../../deploy/local/testing/child-processes.ts';
import { limitOf } from './limits.ts';
import type { ScenarioResult } from './result.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';
import { FAST_TIMING, holdMs, REAL_TIMING } from './timing.ts';

/** What a busy machine may add; the game day itself allows one scrape and one evaluation. */
const LATE_MS = 20_000;
const CHOSEN = ['exporter-down', 'gateway-killed', 'one-restart'];

function gameDay(...args: string[]): LocalProcess {
  const { PATH, NATS_SERVER, PROMETHEUS, ALERTMANAGER } = process.env;
  return new LocalProcess({
    name: 'gameday',
    command: process.execPath,
    args: ['alerts/gameday/main.ts', ...args],
    env: { PATH, NATS_SERVER, PROMETHEUS, ALERTMANAGER },
  });
}

function resultsIn(output: string): readonly ScenarioResult[] {
  const json = output.slice(output.lastIndexOf('\n{\n'), output.lastIndexOf('\n}') + 2);
  return (JSON.parse(json) as { results: readonly ScenarioResult[] }).results;
}

test('a fault is told, a crash that is mended is not, and nothing is lost', async () => {
  await using run = gameDay('--fast', '--lanes', '1', '--json', '-', '--scenario', ...CHOSEN);
  await run.waitForLine((line) => line.includes('starting a fleet') || undefined);
  await run.exited;
  const results = resultsIn(run.output);
  expect(results.map(({ name }) => name).toSorted()).toEqual(CHOSEN);
  for (const { name, alerts = [], falseAlerts, eventsLost, failure, kind } of results) {
    expect({ name, falseAlerts, eventsLost, failure }).toEqual({ name, falseAlerts: [], eventsLost: 0 });
    expect(alerts).toHaveLength(kind === 'pages' ? 1 : 0);
    for (const { toldMs = Infinity, floorMs = 0 } of alerts) expect(toldMs - floorMs).toBeLessThan(LATE_MS);
  }
}, 300_000);

test('a game day that is stopped leaves nothing running', async () => {
  await using run = gameDay('--fast', '--lanes', '1', '--scenario', 'exporter-down');
  await run.waitForLine((line) => line.includes('waiting for MonitoringTargetDown') || undefined, 60_000);
  const children = childrenOf(run.pid);
  expect(children.size).toBeGreaterThanOrEqual(7);
  run.signal('SIGINT');
  expect(await run.exited).toEqual({ code: 130, signal: null });
  expect(await waitUntilGone(children.keys())).toEqual([]);
}, 120_000);

test('the list says what there is, and an unknown name is refused with what is known', async () => {
  await using list = gameDay('--list');
  expect(await list.exited).toEqual({ code: 0, signal: null });
  for (const { name } of SCENARIOS) expect(list.output).toContain(name);
  await using wrong = gameDay('--scenario', 'earthquake');
  expect((await wrong.exited).code).toBe(2);
  expect(wrong.output).toContain('Expected one of heartbeat-slow-warning');
});

test('a fast run shortens times and no limit', () => {
  const fast = FAST_TIMING.settings.thresholds;
  const real = REAL_TIMING.settings.thresholds;
  expect(fast.DiscordShardHeartbeatSlow.warning).toMatchObject({ value: 1, for: '30s' });
  expect(fast.JetStreamRedeliveryRateHigh).toMatchObject({ window: '60s', minDeliveries: 100 });
  expect(fast.ContainerMemoryHigh.critical.value).toBe(real.ContainerMemoryHigh.critical.value);
  expect(limitOf('JetStreamConsumerPendingHigh', 'critical')).toBe(10_000);
  // Half of the window that debounces, the alert's wait, and the page's.
  expect(holdMs(REAL_TIMING, 'DiscordShardDown', 'critical')).toBe(30_000 + 120_000 + 20_000);
});
