import { Registry } from 'prom-client';
import { expect, test } from 'vitest';

import { registerProcessMetrics } from './process-metrics.ts';

test('Node and what is running are told, under names that are what they claim', async () => {
  const registry = new Registry();
  registerProcessMetrics(registry, 'gateway', '1.2.3');
  const text = await registry.metrics();
  expect(text).toContain(
    `shardwatch_build_info{component="gateway",version="1.2.3",node="${process.version}"} 1`,
  );
  for (const name of [
    'process_cpu_seconds_total',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_heap_size_used_bytes',
  ]) {
    expect(text).toContain(`\n${name} `);
  }
  for (const metric of await registry.getMetricsAsJSON()) {
    expect(metric.name.endsWith('_total')).toBe(String(metric.type) === 'counter');
  }
});
