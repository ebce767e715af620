import { Gauge, Registry } from 'prom-client';

import { registerShardMetrics, type ShardReading } from '../../exporters/shards/shard-metrics.ts';
import { startHttp } from '../../runtime/http.ts';
import { createLogger } from '../../runtime/log.ts';
import { registerProcessMetrics } from '../../runtime/process-metrics.ts';
import { SHARD_STATES } from '../gateway/shard/shard-activity.ts';

/**
 * The gateway's series kept in prom-client's own gauges, each set at the scrape, as what the gateway's
 * scrape is compared with: `node library-metrics.ts <shards>`. The figures are made up.
 */
const [, , count = '1'] = process.argv;
const shards = Array.from({ length: Number(count) }, (_, id) => shard(id));
const registry = new Registry();
registerProcessMetrics(registry, 'bench', '0');
for (const family of await familiesOf(shards)) {
  const [first] = family.values;
  registry.registerMetric(
    new Gauge({
      name: family.name,
      help: family.help,
      labelNames: Object.keys(first?.labels ?? {}),
      registers: [],
      collect() {
        for (const { labels, value } of family.values) this.set(labels, value);
      },
    }),
  );
}
process.on('SIGTERM', () => process.exit(0));
await startHttp({
  port: 0,
  registry,
  live: [],
  ready: [],
  log: createLogger({ component: 'bench', level: 'info' }),
});

interface Family {
  readonly name: string;
  readonly help: string;
  readonly values: readonly { readonly labels: Record<string, string>; readonly value: number }[];
}

async function familiesOf(readings: readonly ShardReading[]): Promise<Family[]> {
  const scraped = new Registry();
  const total = readings.length;
  registerShardMetrics(scraped, SHARD_STATES, () => ({
    shards: readings,
    expected: total,
    configured: total,
    recommended: total,
    sessionStartsRemaining: total,
    infoFailures: 0,
    identifyBlocked: false,
    eventsByType: new Map([['READY', total]]),
  }));
  return (await scraped.getMetricsAsJSON()) as unknown as Family[];
}

function shard(id: number): ShardReading {
  return {
    id,
    state: 'ready',
    heartbeatLatencySeconds: Math.random(),
    eventGapSeconds: Math.random() * 20,
    guilds: 10,
    events: id,
    sequenceGaps: 0,
    eventsLost: 0,
    sessionsLost: 0,
    identifies: 1,
    resumes: 0,
    closes: new Map([['local', 0]]),
  };
}
