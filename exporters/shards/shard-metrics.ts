import { Histogram, type Registry } from 'prom-client';

import { oncePerScrape, scrapedCounter, scrapedGauge, type Sample } from '../scraped-metric.ts';

/** One shard as it is at the moment of the scrape. Counters count since the process started. */
export interface ShardReading {
  readonly id: number;
  readonly state: string;
  /** Undefined before the first heartbeat. */
  readonly heartbeatLatencySeconds: number | undefined;
  /** Undefined where it would tell nothing: on a shard without guilds. */
  readonly eventGapSeconds: number | undefined;
  /** Undefined before Discord, or the last owner of the shard, told. */
  readonly guilds: number | undefined;
  readonly events: number;
  readonly sequenceGaps: number;
  readonly eventsLost: number;
  readonly sessionsLost: number;
  readonly identifies: number;
  readonly resumes: number;
  /** Close code, or `local` where this side closed -> how often. */
  readonly closes: ReadonlyMap<string, number>;
}

export interface FleetReading {
  readonly shards: readonly ShardReading[];
  /** Shards of this process that should be up. */
  readonly expected: number;
  /** Shards of the whole bot, those of other processes with them. */
  readonly configured: number;
  /** What Discord recommends for the whole bot; undefined when its last answer is too old. */
  readonly recommended: number | undefined;
  /** As above, and undefined after the daily reset until it is asked again. */
  readonly sessionStartsRemaining: number | undefined;
  /** Requests for both that failed, since the process started. */
  readonly infoFailures: number;
  readonly identifyBlocked: boolean;
  /** Event type -> dispatches. */
  readonly eventsByType: ReadonlyMap<string, number>;
}

/**
 * All families are computed from one reading at the scrape: a number that depends on time is right
 * at that moment, and the event path pays nothing for it.
 * @param states every state that a shard can be in
 */
export function registerShardMetrics(
  registry: Registry,
  states: readonly string[],
  readFleet: () => FleetReading,
): void {
  const read = oncePerScrape(readFleet);
  const gauge = (name: string, help: string, samples: () => Iterable<Sample>) =>
    scrapedGauge(registry, name, help, samples);
  const counter = (name: string, help: string, samples: () => Iterable<Sample>) =>
    scrapedCounter(registry, name, help, samples);
  const perShard = (value: (shard: ShardReading) => number | undefined) => () =>
    read().shards.map((shard) => ({ labels: { shard: String(shard.id) }, value: value(shard) }));
  const single = (value: (fleet: FleetReading) => number | undefined) => () => [
    { labels: {}, value: value(read()) },
  ];

  gauge(
    'discord_shard_up',
    '1 when the session of the shard is ready.',
    perShard((shard) => Number(shard.state === 'ready')),
  );
  gauge('discord_shard_state', 'The state that the shard is in is 1, every other is 0.', () =>
    read().shards.flatMap((shard) =>
      states.map((state) => ({
        labels: { shard: String(shard.id), state },
        value: Number(shard.state === state),
      })),
    ),
  );
  gauge(
    'discord_shard_heartbeat_latency_seconds',
    'Last heartbeat round trip or, if longer, the age of an unacknowledged beat; without a connection it grows.',
    perShard((shard) => shard.heartbeatLatencySeconds),
  );
  gauge(
    'discord_shard_event_gap_seconds',
    'Time since the last dispatch other than READY and RESUMED; answers to probes count.',
    perShard((shard) => shard.eventGapSeconds),
  );
  gauge(
    'discord_shard_guilds',
    'Guilds on the shard, those in an outage included.',
    perShard((shard) => shard.guilds),
  );
  counter(
    'discord_shard_events_total',
    'Dispatches taken.',
    perShard((shard) => shard.events),
  );
  counter(
    'discord_shard_sequence_gaps_total',
    'Holes noticed in the sequence of dispatches.',
    perShard((shard) => shard.sequenceGaps),
  );
  counter(
    'discord_shard_events_lost_total',
    'Dispatches that are known to have been sent to us and are lost.',
    perShard((shard) => shard.eventsLost),
  );
  counter(
    'discord_shard_sessions_lost_total',
    'Sessions that could not be resumed; what Discord had not sent before their end is unknown.',
    perShard((shard) => shard.sessionsLost),
  );
  counter(
    'discord_shard_identifies_total',
    'IDENTIFYs sent.',
    perShard((shard) => shard.identifies),
  );
  counter(
    'discord_shard_resumes_total',
    'Sessions resumed.',
    perShard((shard) => shard.resumes),
  );
  counter('discord_shard_closes_total', 'Connections that ended, by close code; local: by this side.', () =>
    read().shards.flatMap((shard) =>
      [...shard.closes].map(([code, value]) => ({ labels: { shard: String(shard.id), code }, value })),
    ),
  );
  counter('discord_events_total', 'Dispatches taken, by type.', () =>
    [...read().eventsByType].map(([type, value]) => ({ labels: { type }, value })),
  );
  gauge(
    'discord_shards_expected',
    'Shards that this process should keep up.',
    single((fleet) => fleet.expected),
  );
  gauge(
    'discord_shards_configured',
    'Shards that the whole bot is split into, those of other processes with them.',
    single((fleet) => fleet.configured),
  );
  gauge(
    'discord_shards_recommended',
    'Shards that Discord recommends for the whole bot.',
    single((fleet) => fleet.recommended),
  );
  gauge(
    'discord_session_starts_remaining',
    'Session starts left until the daily reset.',
    single((fleet) => fleet.sessionStartsRemaining),
  );
  counter(
    'discord_gateway_info_failures_total',
    'Requests for the recommended shards and the session starts left that failed.',
    single((fleet) => fleet.infoFailures),
  );
  gauge(
    'discord_identify_blocked',
    '1 while no shard identifies because the daily budget is low.',
    single((fleet) => Number(fleet.identifyBlocked)),
  );
}

/** Round trips of heartbeats, for all shards together: how far from Discord this process is. */
export function registerHeartbeatHistogram(registry: Registry): (seconds: number) => void {
  const histogram = new Histogram({
    name: 'discord_heartbeat_ack_seconds',
    help: 'Time from a heartbeat to its acknowledgement.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  return (seconds) => histogram.observe(seconds);
}
