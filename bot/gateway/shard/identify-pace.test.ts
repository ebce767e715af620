import { describe, expect, test } from 'vitest';

import { IdentifyPace } from './identify-pace.ts';
import { PROBE_AFTER_MS, PROBE_TIMEOUT_MS } from './probe.ts';
import {
  identifyPauseMs,
  MAX_DEAF,
  MAX_PATIENCE_MS,
  PROVEN_MS,
  type ShardTrouble,
} from './reconnect-policy.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How long a deaf connection lasts. */
const DEAF_MS = PROBE_AFTER_MS + PROBE_TIMEOUT_MS;
/** What one bot may spend in a day, all shards together (docs: Gateway, session start limit). */
const BUDGET = 1_000;

interface Trouble {
  /** How long events come after an IDENTIFY. */
  readonly hearsMs: number;
  /** How long it takes from then until the session is gone, or would be given up. */
  readonly endsAfterMs: number;
  /** How often it is asked again whether the session may be given up; 0: the wait is known. */
  readonly roundMs: number;
  readonly trouble: ShardTrouble;
}

/** When a shard identifies on a day in which each of its sessions goes the same way, in milliseconds. */
function dayOf({ hearsMs, endsAfterMs, roundMs, trouble }: Trouble): number[] {
  const pace = new IdentifyPace();
  const identifies: number[] = [];
  let nowMs = 0;
  while (nowMs < DAY_MS) {
    identifies.push(nowMs);
    pace.onIdentify(nowMs);
    // The guilds of the new session, and the last event that it brings.
    pace.onEvent(nowMs + 1);
    nowMs += hearsMs;
    pace.onEvent(nowMs);
    nowMs += endsAfterMs;
    if (roundMs === 0) nowMs += pace.waitMs(nowMs, trouble);
    else while (pace.waitMs(nowMs, trouble) > 0) nowMs += roundMs;
  }
  return identifies;
}

const deaf = (hearsMs = 0): Trouble => ({
  hearsMs,
  endsAfterMs: MAX_DEAF * DEAF_MS,
  roundMs: DEAF_MS,
  trouble: 'deaf',
});
const ended = (hearsMs: number, endsAfterMs = 0): Trouble => ({
  hearsMs,
  endsAfterMs,
  roundMs: 0,
  trouble: 'down',
});

describe('what one shard takes of the daily budget of its bot', () => {
  test('deaf all day: 28 IDENTIFYs, in the end one an hour', () => {
    const identifies = dayOf(deaf());
    const apart = identifies.slice(1).map((atMs, index) => (atMs - (identifies[index] ?? 0)) / MINUTE_MS);
    expect(apart.slice(0, 7)).toEqual([3, 6, 12, 24, 48, 60, 60]);
    expect(identifies.length).toBe(28);
  });

  test('IDENTIFY unanswered all day: 150', () => {
    expect(dayOf(ended(0, 20_000)).length).toBeLessThanOrEqual(150);
  });

  test('the session ended all day as soon as it begins: 150', () => {
    expect(dayOf(ended(0)).length).toBeLessThanOrEqual(150);
  });

  test('whatever the time after which sessions end or go deaf: less than a sixth of the budget', () => {
    const minutes = Array.from({ length: 120 }, (_, half) => half / 2);
    const counts = minutes.flatMap((minute) => [
      dayOf(deaf(minute * MINUTE_MS)).length,
      dayOf(ended(minute * MINUTE_MS)).length,
    ]);
    expect(Math.max(...counts)).toBeLessThan(BUDGET / 6);
  });
});

describe('the pace', () => {
  test('lets the first IDENTIFY go at once, and the second of a shard that is down', () => {
    const pace = new IdentifyPace();
    expect([pace.waitMs(0, 'down'), pace.waitMs(0, 'deaf')]).toEqual([0, 0]);
    pace.onIdentify(1_000);
    expect(pace.waitMs(1_000, 'down')).toBe(0);
    expect(pace.waitMs(1_000, 'deaf')).toBe(180_000);
    expect(pace.waitMs(121_000, 'deaf')).toBe(60_000);
  });

  test('doubles up to its ceiling, however often', () => {
    const pauses = (trouble: ShardTrouble) =>
      [0, 1, 2, 3, 7, 2_000].map((inVain) => identifyPauseMs(inVain, trouble) / 1_000);
    expect(pauses('down')).toEqual([0, 0, 30, 60, 600, 600]);
    expect(pauses('deaf')).toEqual([0, 180, 360, 720, 3_600, 3_600]);
    expect(identifyPauseMs(2_000, 'deaf')).toBe(MAX_PATIENCE_MS);
  });

  test('is back at its start with an event of a session that has proved itself, and not before', () => {
    const pace = new IdentifyPace();
    for (const atMs of [0, 1, 2]) pace.onIdentify(atMs);
    pace.onEvent(2 + PROVEN_MS - 1);
    expect(pace.inVain).toBe(3);
    pace.onEvent(2 + PROVEN_MS);
    expect(pace.inVain).toBe(0);
    expect(pace.waitMs(2 + PROVEN_MS, 'deaf')).toBe(0);
  });
});
