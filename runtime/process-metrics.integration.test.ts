import { spawnSync } from 'node:child_process';

import { Registry } from 'prom-client';
import { expect, test } from 'vitest';

import { registerProcessMetrics } from './process-metrics.ts';

test('promtool has nothing to say against the metrics', async ({ skip }) => {
  const registry = new Registry();
  registerProcessMetrics(registry, 'gateway', '1.2.3');
  const input = await registry.metrics();
  const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  if (checked.error) {
    process.stdout.write('skipped: no promtool on PATH to check the metrics with\n');
    skip('no promtool on PATH');
  }
  expect(`${checked.stdout}${checked.stderr}`).toBe('');
  expect(checked.status).toBe(0);
});
