import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/**
 * Gauges whose names claim to be counters, which `promtool check metrics` refuses. Each is the sum of
 * one that stays: nodejs_active_resources, _handles, _requests.
 */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** Node's own metrics (CPU, memory, event loop lag, garbage collection) and what is running. */
export function registerProcessMetrics(registry: Registry, component: string, version: string): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const build = new Gauge({
    name: 'shardwatch_build_info',
    help: 'Always 1; the labels tell what is running.',
    labelNames: ['component', 'version', 'node'],
    registers: [registry],
  });
  build.set({ component, version, node: process.version }, 1);
}
