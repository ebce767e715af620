import { expect, test } from 'vitest';

import { alertTable } from './alert-table.ts';
import { applyValues } from './apply-values.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const rowOf = (name: string, settings = DEFAULT_SETTINGS) =>
  alertTable(settings)
    .split('\n')
    .find((line) => line.startsWith(`| [${name}]`))
    ?.replaceAll(/ +/g, ' ');

test('each alert has a row with its limits, in the units that people use', () => {
  expect(rowOf('DiscordShardHeartbeatSlow')).toMatch(/\| > 1000 ms for 5m \| > 5000 ms for 2m \|$/);
  expect(rowOf('DiscordShardEventGap')).toMatch(/\| > 30 s for 30s \| > 120 s \|$/);
  expect(rowOf('JetStreamRedeliveryRateHigh')).toMatch(/\| > 5% for 3m \| > 15% for 3m \|$/);
  expect(rowOf('DiscordShardDown')).toMatch(/\| \| for 2m \|$/);
  expect(rowOf('DeadLettersArriving')).toMatch(/\| any \| \|$/);
  expect(rowOf('Watchdog')).toContain('(alerts/runbooks/Watchdog.md)');
});

test("a user's limits are in the table", () => {
  const settings = applyValues({
    thresholds: { DiscordShardEventGap: { warning: { value: 45, for: '1m' } } },
  });
  expect(rowOf('DiscordShardEventGap', settings)).toMatch(/\| > 45 s for 1m \| > 120 s \|$/);
});
