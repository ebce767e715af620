import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/** Node's own metrics (CPU, memory, event loop lag, garbage collection) and what is running. */
export function registerProcessMetrics(registry: Registry, component: string, version: string): void {
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'shardwatch_build_info',
    help: 'Always 1; the labels tell what is running.',
    labelNames: ['component', 'version', 'node'],
    registers: [registry],
  });
  build.set({ component, version, node: process.version }, 1);
}
