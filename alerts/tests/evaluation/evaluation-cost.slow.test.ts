import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { Prometheus } from '../../../deploy/local/prometheus.ts';
import { ensureTool } from '../../../deploy/local/tools/ensure-tool.ts';
import { messageOf } from '../../../runtime/errors.ts';
import { applyValues } from '../../apply-values.ts';
import { ruleFile } from '../../rules/rule-file.ts';
import { writeHistory } from './history.ts';
import { SyntheticFleet, type FleetSize } from './synthetic-fleet.ts';

/**
 * What one round of all rules costs a real Prometheus that scrapes a fleet every 15 s and has its history.
 * Rules are evaluated more often than in production, to have enough rounds within the time.
 */
const INTERVAL_SECONDS = 3;
const INTERVAL = `${INTERVAL_SECONDS}s` as const;
const ROUNDS = 5;
const LARGE: FleetSize = { shards: 1_000, consumers: 100, containers: 200 };
const HALF: FleetSize = { shards: 500, consumers: 50, containers: 100 };
/** Of an evaluation interval, which is 15 s. */
const MOST_SECONDS = 0.5;
/** Two alerts for every shard: most of this is making their texts. */
const MOST_SECONDS_OF_INCIDENT = 1.5;

const log = (line: string) => process.stderr.write(`${line}\n`);
const rules = ruleFile(applyValues({ prometheus: { evaluationInterval: INTERVAL } })).replaceAll(
  'interval: 5m',
  `interval: ${INTERVAL}`,
);

test('one round of all rules: 1,000 shards, 100 consumers, 200 containers, and half of that', async () => {
  const half = await measure(HALF);
  const large = await measure(LARGE, { withIncident: true });
  const current = await currentPrometheus();
  const later = current === undefined ? undefined : await measure(LARGE, { binary: current });
  console.info(
    `Milliseconds of a round of all rules, the least disturbed of ${ROUNDS}; memory-trend has one only every 5 minutes.`,
  );
  console.table({
    half: inMs(half.calm),
    large: inMs(large.calm),
    'large, every shard slow': inMs(large.incident),
    ...(later && { 'large, current release': inMs(later.calm) }),
  });
  expect(large.calm['total']).toBeLessThan(MOST_SECONDS);
  expect(later?.calm['total'] ?? 0).toBeLessThan(MOST_SECONDS);
  expect(large.incident['total']).toBeLessThan(MOST_SECONDS_OF_INCIDENT);
  // Twice the fleet, twice the cost; with the scatter of a machine that others use too.
  expect(large.calm['total']).toBeLessThan(3 * (half.calm['total'] ?? 0));
});

interface Options {
  readonly binary?: string;
  /** Whether an incident follows, in which every shard is slow. */
  readonly withIncident?: boolean;
}

/** Group -> seconds of an evaluation; and all together. */
type Cost = Record<string, number>;

async function measure(size: FleetSize, options: Options = {}): Promise<{ calm: Cost; incident: Cost }> {
  const { binary, withIncident = false } = options;
  await using fleet = new SyntheticFleet(size);
  await fleet.listen();
  await using prometheus = await Prometheus.start({
    jobs: {
      gateway: fleet.targets('gateway'),
      worker: fleet.targets('worker'),
      exporter: fleet.targets('exporter'),
    },
    rules,
    scrapeInterval: '15s',
    evaluationInterval: INTERVAL,
    ...(binary !== undefined && { binary }),
  });
  await prometheus.stop();
  const startedAtMs = performance.now();
  const samples = await writeHistory(fleet, await ensureTool('promtool', { log }), prometheus.folder);
  log(`${samples} samples of history in ${Math.round((performance.now() - startedAtMs) / 1_000)} s`);
  await prometheus.startAgain();
  await untilScraped(prometheus, size);
  await expectDepth(prometheus, size);
  const calm = await leastCost(prometheus);
  expect(await firing(prometheus)).toEqual(['Watchdog']);

  if (!withIncident) return { calm, incident: {} };
  fleet.heartbeatSeconds = 9;
  await untilPending(prometheus, size);
  const incident = await leastCost(prometheus);
  log(
    `${size.shards} shards: ${samples} samples of history; calm ${calm['total']}, incident ${incident['total']} s`,
  );
  return { calm, incident };
}

async function currentPrometheus(): Promise<string | undefined> {
  try {
    return await ensureTool('prometheus-current', { log });
  } catch (error) {
    console.warn(`SKIPPED for a current Prometheus, which cannot be had here: ${messageOf(error)}`);
    return undefined;
  }
}

/** The rules see days, so what they cost is what they would cost there. */
async function expectDepth(prometheus: Prometheus, { shards, containers }: FleetSize): Promise<void> {
  const count = async (query: string) => (await prometheus.query(`count(${query})`))[0]?.value;
  expect(await count('shardwatch:memory_working_set_bytes:min1d:rise offset 2d')).toBe(containers);
  expect(await count('max by (job, instance) (bot_container_memory_working_set_bytes)')).toBe(containers);
  expect(await count('count_over_time(discord_shard_up[1h]) > 200')).toBe(shards);
}

async function untilScraped(prometheus: Prometheus, { shards, containers }: FleetSize): Promise<void> {
  const count = async (query: string) => (await prometheus.query(`count(${query})`))[0]?.value;
  await until(
    async () =>
      (await count('up == 1')) === containers &&
      (await count('shardwatch:discord_shard_up:steady == 1')) === shards,
  );
}

async function untilPending(prometheus: Prometheus, { shards }: FleetSize): Promise<void> {
  await until(
    async () => (await prometheus.alerts()).filter(({ state }) => state === 'pending').length === 2 * shards,
  );
}

async function firing(prometheus: Prometheus): Promise<(string | undefined)[]> {
  const alerts = await prometheus.alerts();
  return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels['alertname']);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within 90 s: ${String(condition)}`);
    await sleep(1_000);
  }
}

async function leastCost(prometheus: Prometheus): Promise<Cost> {
  const rounds: Cost[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await sleep(INTERVAL_SECONDS * 1_000);
    const groups = await prometheus.rules();
    expect(groups.flatMap((group) => group.rules).filter(({ health }) => health !== 'ok')).toEqual([]);
    const cost = Object.fromEntries(groups.map(({ name, evaluationTime }) => [name, evaluationTime]));
    rounds.push({ ...cost, total: Object.values(cost).reduce((sum, seconds) => sum + seconds, 0) });
  }
  // The least disturbed: the machine has other work as well.
  const [least = {}] = rounds.toSorted((a, b) => (a['total'] ?? 0) - (b['total'] ?? 0));
  return least;
}

function inMs(cost: Cost): Cost {
  return Object.fromEntries(
    Object.entries(cost).map(([name, seconds]) => [name, Number((seconds * 1_000).toFixed(1))]),
  );
}
