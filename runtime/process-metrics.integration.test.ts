import { spawnSync } from 'node:child_process';

import { Registry } from 'prom-client';
import { expect, test } from 'vitest';

import { ensureTool } from '../deploy/local/tools/ensure-tool.ts';
import { registerProcessMetrics } from './process-metrics.ts';

test('promtool has nothing to say against the metrics', async () => {
  const registry = new Registry();
  registerProcessMetrics(registry, 'gateway', '1.2.3');
  const promtool = await ensureTool('promtool', { log: (line) => process.stderr.write(`${line}\n`) });
  const input = await registry.metrics();
  const checked = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
  expect(`${checked.stdout}${checked.stderr}`).toBe('');
  expect(checked.status).toBe(0);
});
