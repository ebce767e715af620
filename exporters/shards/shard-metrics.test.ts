import { Registry } from 'prom-client';
import { expect, test } from 'vitest';

import { registerShardMetrics, type FleetReading, type ShardReading } from './shard-metrics.ts';

const STATES = ['idle', 'connecting', 'ready', 'closed'];

function shard(id: number, changes: Partial<ShardReading> = {}): ShardReading {
  return {
    id,
    state: 'ready',
    heartbeatLatencySeconds: 0.09,
    eventGapSeconds: 1.5,
    guilds: 10,
    events: 100,
    sequenceGaps: 0,
    eventsLost: 0,
    sessionsLost: 0,
    identifies: 1,
    resumes: 0,
    closes: new Map([['local', 0]]),
    ...changes,
  };
}

async function linesOf(reading: Partial<FleetReading>): Promise<string[]> {
  const registry = new Registry();
  registerShardMetrics(registry, STATES, () => ({
    shards: [],
    expected: 2,
    configured: 2,
    recommended: 8,
    sessionStartsRemaining: 990,
    infoFailures: 0,
    identifyBlocked: false,
    eventsByType: new Map(),
    ...reading,
  }));
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('a shard is in one state, and up in one of them only', async () => {
  const lines = await linesOf({ shards: [shard(0), shard(7, { state: 'closed' })] });
  expect(lines.filter((line) => line.startsWith('discord_shard_state{shard="7"'))).toEqual([
    'discord_shard_state{shard="7",state="idle"} 0',
    'discord_shard_state{shard="7",state="connecting"} 0',
    'discord_shard_state{shard="7",state="ready"} 0',
    'discord_shard_state{shard="7",state="closed"} 1',
  ]);
  expect(lines).toContain('discord_shard_up{shard="0"} 1');
  expect(lines).toContain('discord_shard_up{shard="7"} 0');
});

test('what is not known has no series: neither 0 nor the last value', async () => {
  const unknown = { heartbeatLatencySeconds: undefined, eventGapSeconds: undefined, guilds: undefined };
  const lines = await linesOf({
    shards: [shard(0, unknown), shard(1)],
    recommended: undefined,
    sessionStartsRemaining: undefined,
  });
  for (const family of [
    'discord_shard_heartbeat_latency_seconds',
    'discord_shard_event_gap_seconds',
    'discord_shard_guilds',
  ]) {
    expect(lines.filter((line) => line.startsWith(`${family}{`))).toEqual([
      expect.stringContaining('{shard="1"}'),
    ]);
  }
  expect(lines.filter((line) => /^discord_(shards_recommended|session_starts)/.test(line))).toEqual([]);
  expect(lines).toContain('discord_shards_expected 2');
});

test('all families of a scrape come from one reading, and the next scrape takes a new one', async () => {
  const registry = new Registry();
  let readings = 0;
  registerShardMetrics(registry, STATES, () => {
    readings += 1;
    return {
      shards: [shard(0, { eventGapSeconds: readings })],
      expected: 1,
      configured: 1,
      recommended: undefined,
      sessionStartsRemaining: undefined,
      infoFailures: 0,
      identifyBlocked: false,
      eventsByType: new Map([['READY', readings]]),
    };
  });
  expect(await registry.metrics()).toContain('discord_events_total{type="READY"} 1');
  const second = await registry.metrics();
  expect(second).toContain('discord_shard_event_gap_seconds{shard="0"} 2');
  expect(second).toContain('discord_events_total{type="READY"} 2');
});
