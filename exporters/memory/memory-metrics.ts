import type { Registry } from 'prom-client';

import { oncePerScrape, scrapedCounter, scrapedGauge } from '../scraped-metric.ts';
import { readContainerMemory, type ContainerMemoryOptions } from './container-memory.ts';

/**
 * The memory of this process's own cgroup, read from the kernel at each scrape. What the kernel does not
 * tell has no series. A process that is moved tells its new cgroup's figures from the next scrape on. An OOM
 * kill of all processes of a container ends its cgroup, and so the count: the orchestrator tells of those.
 */
export function registerContainerMemory(registry: Registry, options: ContainerMemoryOptions = {}): void {
  const read = oncePerScrape(() => readContainerMemory(options));
  scrapedGauge(
    registry,
    'bot_container_memory_working_set_bytes',
    'Memory used without inactive page cache, of the cgroup that the limit is of.',
    () => [{ labels: {}, value: read().workingSetBytes }],
  );
  scrapedGauge(
    registry,
    'bot_container_memory_limit_bytes',
    'Memory limit of the own cgroup, or of one around it that is nearer to its limit; absent without one.',
    () => [{ labels: {}, value: read().limitBytes }],
  );
  scrapedCounter(
    registry,
    'bot_container_memory_oom_kills_total',
    'Processes of the own cgroup that the kernel killed for want of memory, since the cgroup was made.',
    () => [{ labels: {}, value: read().oomKills }],
  );
  scrapedCounter(
    registry,
    'bot_container_memory_pressure_seconds_total',
    'Time for which some or all tasks of the own cgroup waited for memory, since the cgroup was made.',
    () => [
      { labels: { kind: 'some' }, value: read().pressureSomeSeconds },
      { labels: { kind: 'full' }, value: read().pressureFullSeconds },
    ],
  );
}
