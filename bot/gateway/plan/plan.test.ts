import { expect, test } from 'vitest';

import { planText } from './plan-text.ts';
import { planShards } from './plan.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

function plan(shards: number, maxConcurrency: number, remaining: number, more = {}) {
  const limit = { total: 1_000, remaining, reset_after: HOUR_MS, max_concurrency: maxConcurrency };
  const bot = { shards, session_start_limit: limit };
  return planShards({
    bot,
    shards: undefined,
    shardsPerReplica: 16,
    reserveRatio: 0.1,
    nowMs: NOW_MS,
    ...more,
  });
}

test('a small bot takes what Discord recommends, one round of 5 s for each shard but the first', () => {
  expect(plan(4, 1, 1_000)).toMatchObject({
    shards: 4,
    replicas: 1,
    shardsPerReplica: 4,
    identifySeconds: 15,
    fits: true,
  });
});

test('a very large bot takes a multiple of what may identify at once', () => {
  expect(plan(401, 16, 1_000)).toMatchObject({ shards: 416, replicas: 26, identifySeconds: 125 });
  expect(plan(416, 16, 1_000)).toMatchObject({ shards: 416 });
  expect(planText(plan(401, 16, 1_000))).toContain('416 shards, a multiple of 16');
});

test('replicas follow from the shards of each, and another count can be asked for', () => {
  expect(plan(10, 1, 1_000, { shardsPerReplica: 4 })).toMatchObject({ replicas: 3, shardsPerReplica: 4 });
  expect(plan(10, 1, 1_000, { shards: 12, shardsPerReplica: 4 })).toMatchObject({ shards: 12, replicas: 3 });
});

test('what gateways keep in reserve is not there to be spent', () => {
  expect(plan(50, 1, 150)).toMatchObject({ fits: true, sessionStarts: { needed: 50, reserved: 100 } });
  const short = plan(50, 1, 149);
  expect(short).toMatchObject({ fits: false, sessionStarts: { resetAt: '2026-01-01T01:00:00.000Z' } });
  expect(planText(short)).toContain('does NOT fit today: wait until 2026-01-01T01:00:00.000Z');
});

test('the text says what to set, and that nothing does it by itself', () => {
  const text = planText(plan(10, 1, 1_000, { shardsPerReplica: 4 }));
  expect(text).toContain('SHARD_COUNT=10\n  SHARDS_PER_PROCESS=4\n');
  expect(text).toContain('gateway.shardCount=10 --set gateway.shardsPerReplica=4 --set gateway.replicas=3');
  expect(text).toContain('nothing scales shards by itself, least of all in the middle of the\nday');
});
