import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Fleet } from '../../../alerts/gameday/fleet.ts';
import { MEMORY } from '../../../alerts/gameday/scenarios/memory.ts';
import { startFleet } from '../../../alerts/gameday/start-fleet.ts';
import { FAST_TIMING } from '../../../alerts/gameday/timing.ts';

/** What is chosen where a dashboard offers a choice: what the faults strike. */
export const STRUCK = { shard: '1', stream: 'DISCORD_EVENTS', consumer: 'moderation-worker' } as const;
const STRUCK_SHARD = Number(STRUCK.shard);
const DEAF_SHARD = 3;
const LOST_SHARD = 6;
/** More than the workers get through while the faults last. */
const BURST = 6_000;
/** Shards are leased, so that there is something to draw of leases; a killed gateway comes back within seconds. */
const LEASED = { SHARD_STRATEGY: 'nats_kv', SHARD_LEASE_STALE_MS: '6000' };
const ANNOTATION_STEP_MS = 15_000;
const DEADLINE_MS = 120_000;
/** Until what a process counts is known to Prometheus, which scrapes once a second here. */
const SCRAPED_MS = 5_000;
const DUPLICATES = 'sum(discord_publish_duplicates_total) > 0';

/** What must have come of the faults before anything is asked: otherwise nothing would be proven. */
const TROUBLES = [
  'count(ALERTS{alertstate="firing",severity="critical"}) > 0',
  'count(ALERTS{alertstate="firing",severity="warning"}) > 0',
  `discord_shard_heartbeat_latency_seconds{shard="${STRUCK.shard}"} > 1`,
  `max(discord_shard_event_gap_seconds{shard="${DEAF_SHARD}"}) > 20`,
  `discord_shard_up{shard="${LOST_SHARD}"} == 0`,
  `discord_shard_resumes_total{shard="${STRUCK.shard}"} > 0`,
  `discord_shard_sessions_lost_total{shard="${STRUCK.shard}"} > 0`,
  `discord_shard_sequence_gaps_total{shard="${STRUCK.shard}"} > 0`,
  DUPLICATES,
  'sum(jetstream_consumer_num_pending) > 1000',
  'shardwatch:redelivered:ratio > 0.05',
  'sum(worker_dead_letters_total) > 0',
  'sum(discord_rest_requests_total{status="429"}) > 0',
  'sum(discord_rest_requests_total{status="500"}) > 0',
  'shardwatch:memory_working_set_bytes:max1d',
];

export interface TroubledPipeline extends AsyncDisposable {
  readonly fleet: Fleet;
  /** Why no container has a memory limit here; undefined where one has. */
  readonly withoutMemoryLimit: string | undefined;
}

/** The real thing with its monitoring, in every trouble that dashboards show, at the same time. */
export async function startTroubledPipeline(): Promise<TroubledPipeline> {
  await using starting = new AsyncDisposableStack();
  const fleet = starting.use(await startFleet(FAST_TIMING, AbortSignal.timeout(DEADLINE_MS), LEASED));
  await hurryTrend(fleet);
  const withoutMemoryLimit = await limitMemory(fleet, starting);
  await strike(fleet);
  for (const trouble of TROUBLES) {
    if (withoutMemoryLimit !== undefined && trouble.includes('memory')) continue;
    await comesTrue(fleet, trouble);
  }
  // Annotations look only so often, at multiples of this: what began since the last time is not seen yet.
  await sleep(ANNOTATION_STEP_MS - (Date.now() % ANNOTATION_STEP_MS) + 1_000);
  const resources = starting.move();
  return { fleet, withoutMemoryLimit, [Symbol.asyncDispose]: async () => resources.disposeAsync() };
}

/** Its rules are evaluated every 5 minutes, which nobody waits for here. */
async function hurryTrend({ prometheus }: Fleet): Promise<void> {
  const file = join(prometheus.folder, 'rules-0.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('interval: 5m', 'interval: 1s'));
  process.kill(prometheus.pid, 'SIGHUP');
}

async function limitMemory(fleet: Fleet, resources: AsyncDisposableStack): Promise<string | undefined> {
  const [high] = MEMORY;
  const impossible = await high?.impossible?.();
  if (!high || impossible !== undefined) return impossible ?? 'there is no such scenario';
  resources.defer(await high.inject(fleet));
  return undefined;
}

async function strike(fleet: Fleet): Promise<void> {
  const { faults, traffic } = fleet.simulator;
  await killAheadOfItsNotes(fleet);
  faults.rest({ status: 500, route: 'DELETE /channels/:id/messages/:id' });
  faults.rest({ status: 429, count: 20, retryAfter: 0.2 });
  fleet.traffic({ blockedRatio: 0.4 });
  traffic.burst(BURST, 'message');
  await strikes(() => faults.dropSocket(STRUCK_SHARD, 'rst'));
  await comesTrue(fleet, `discord_shard_resumes_total{shard="${STRUCK.shard}"} > 0`);
  await strikes(() => faults.skipSequence(STRUCK_SHARD, 2));
  await comesTrue(fleet, `discord_shard_sequence_gaps_total{shard="${STRUCK.shard}"} > 0`);
  await strikes(() => faults.invalidSession(STRUCK_SHARD, false));
  faults.slowAck(STRUCK_SHARD, 1_500);
  faults.deaf(DEAF_SHARD);
  faults.unansweredResume(LOST_SHARD);
  faults.unansweredIdentify(LOST_SHARD);
  await strikes(() => faults.dropSocket(LOST_SHARD, 'rst'));
  const worker = fleet.worker(STRUCK.consumer);
  await worker.kill();
  await worker.startAgain();
}

/**
 * What a gateway had published and not yet noted comes again, and is dropped as a duplicate. It notes once a second:
 * killed just then, it leaves nothing to repeat, and is killed again.
 */
async function killAheadOfItsNotes(fleet: Fleet): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  do {
    if (performance.now() > deadline) throw new Error('no event came again');
    await fleet.gateway(0).kill();
    await fleet.gateway(0).startAgain();
    await fleet.allShardsUp();
  } while (!(await shows(fleet, DUPLICATES, performance.now() + SCRAPED_MS)));
}

/** A shard that is just reconnecting cannot be struck, and a fault before made it reconnect. */
async function strikes(fault: () => number): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (fault() === 0) {
    if (performance.now() > deadline) throw new Error(`nothing to strike: ${fault.toString()}`);
    await sleep(20);
  }
}

async function comesTrue(fleet: Fleet, condition: string): Promise<void> {
  const shown = await shows(fleet, condition, performance.now() + DEADLINE_MS);
  if (!shown) throw new Error(`the fault did not show: ${condition}`);
}

/** @returns whether it did, at latest at the deadline */
async function shows({ prometheus }: Fleet, condition: string, deadline: number): Promise<boolean> {
  while ((await prometheus.query(`max_over_time((${condition})[5m:1s])`)).length === 0) {
    if (performance.now() > deadline) return false;
    await sleep(250);
  }
  return true;
}
