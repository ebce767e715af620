import { expect, test } from 'vitest';

import { createLogger } from '../../../runtime/log.ts';
import { InfoRefresh, nextRefreshMs, refreshPace } from './info-refresh.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

test('a process asks every five minutes, and a thousand together ask no more than every 10 s', () => {
  expect(refreshPace(1).intervalMs).toBe(5 * MINUTE_MS);
  expect(refreshPace(1_000).intervalMs / 1_000).toBe(10_000);
});

test('the wait is jittered downwards only', () => {
  const pace = refreshPace(2);
  expect(nextRefreshMs(pace, undefined, 0)).toBe(5 * MINUTE_MS);
  expect(nextRefreshMs(pace, 20 * HOUR_MS, 1)).toBe(4 * MINUTE_MS);
});

test('a reset that comes before is waited for, spread over the processes, and never a reason to hurry', () => {
  expect(nextRefreshMs(refreshPace(2), MINUTE_MS, 0)).toBe(61_000);
  expect(nextRefreshMs(refreshPace(2), MINUTE_MS, 1)).toBe(81_000);
  expect(nextRefreshMs(refreshPace(2), 5, 0)).toBe(30_000);
  // The last reset has passed and nobody answered since.
  expect(nextRefreshMs(refreshPace(2), -HOUR_MS, 0)).toBe(30_000);
});

test('what is too old to be believed is not told', () => {
  const known = (nowMs: number, reset_after: number) => {
    const session_start_limit = { total: 1_000, remaining: 950, reset_after, max_concurrency: 1 };
    const last = { url: '', shards: 8, session_start_limit };
    const info = { last, answeredAtMs: 0, remaining: 940, failures: 0, fetch: async () => last };
    return new InfoRefresh({ info, pace: refreshPace(1), log }).known(nowMs);
  };
  const all = { recommendedShards: 8, sessionStartsRemaining: 940 };
  expect(known(15 * MINUTE_MS, HOUR_MS)).toEqual(all);
  expect(known(15 * MINUTE_MS + 1, HOUR_MS)).toEqual({
    recommendedShards: undefined,
    sessionStartsRemaining: undefined,
  });
  // The reset alone makes only one of them unknown; 0 stands for no reset.
  expect(known(MINUTE_MS, MINUTE_MS)).toEqual({ ...all, sessionStartsRemaining: undefined });
  expect(known(MINUTE_MS, MINUTE_MS + 1)).toEqual(all);
  expect(known(MINUTE_MS, 0)).toEqual(all);
});
