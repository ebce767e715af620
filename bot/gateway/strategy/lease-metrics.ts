import type { Registry } from 'prom-client';

import { scrapedCounter, scrapedGauge } from '../../../exporters/scraped-metric.ts';

export interface LeaseReading {
  /** Shard -> epoch. */
  readonly epochs: ReadonlyMap<number, number>;
  readonly secondsLeft: number;
  readonly lost: number;
  readonly failures: number;
  /** Live gateways that this one sees, itself included. */
  readonly gateways: number;
}

/** All families of shard leases; there are none where shards are not leased. */
export function registerLeaseMetrics(registry: Registry, read: () => LeaseReading): void {
  const single = (value: (reading: LeaseReading) => number) => () => [{ labels: {}, value: value(read()) }];
  scrapedGauge(
    registry,
    'discord_shard_leases_held',
    'Shards that this process has the lease of.',
    single(({ epochs }) => epochs.size),
  );
  scrapedGauge(
    registry,
    'discord_shard_lease_epoch',
    'Epoch of the lease: rises with each owner of the shard.',
    () => [...read().epochs].map(([shard, value]) => ({ labels: { shard: String(shard) }, value })),
  );
  scrapedGauge(
    registry,
    'discord_shard_lease_seconds_left',
    'How long this process may go on without an answer from the lease store; 0: it owns nothing.',
    single(({ secondsLeft }) => secondsLeft),
  );
  scrapedCounter(
    registry,
    'discord_shard_leases_lost_total',
    'Leases that ended without a hand-over: the store was away or the process stood still for too long.',
    single(({ lost }) => lost),
  );
  scrapedCounter(
    registry,
    'discord_shard_lease_store_failures_total',
    'Requests to the lease store without an answer; each is tried again.',
    single(({ failures }) => failures),
  );
  scrapedGauge(
    registry,
    'discord_shard_lease_gateways',
    'Live gateways among which the shards are spread, as this one sees it.',
    single(({ gateways }) => gateways),
  );
}
