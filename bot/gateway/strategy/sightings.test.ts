import { expect, test } from 'vitest';

import type { Member } from './lease-store.ts';
import { deadlineMs, leaseTimes } from './lease-times.ts';
import { Sightings } from './sightings.ts';

const MAX_GAP_MS = 10_000;

function member(beat: string, staleMs = 30_000): Member {
  return { owner: 'other', beat, shardCount: 8, capacity: 8, staleMs };
}

/** Looks every 2 s from `fromMs` to `toMs`. */
function look(sightings: Sightings, beat: string, fromMs: number, toMs: number): void {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 2_000) sightings.look([member(beat)], nowMs);
}

test('a member is stale when its beat has not changed for as long as it may be silent', () => {
  const sightings = new Sightings(MAX_GAP_MS);
  look(sightings, '1', 0, 30_000);
  expect(sightings.stale([member('1')], 29_999)).toEqual([]);
  expect(sightings.stale([member('1')], 30_000)).toHaveLength(1);
  look(sightings, '2', 32_000, 60_000);
  expect(sightings.stale([member('2')], 61_999)).toEqual([]);
  expect(sightings.stale([member('2')], 62_000)).toHaveLength(1);
});

test('how long a member may be silent is its own affair', () => {
  const sightings = new Sightings(MAX_GAP_MS);
  sightings.look([member('1', 3_000)], 0);
  expect(sightings.stale([member('1', 3_000)], 3_000)).toHaveLength(1);
});

test('time in which this process did not look proves nothing about the others', () => {
  const sightings = new Sightings(MAX_GAP_MS);
  look(sightings, '1', 0, 20_000);
  // Paused, or without the store, for a minute.
  sightings.look([member('1')], 80_000);
  expect(sightings.stale([member('1')], 80_000)).toEqual([]);
  look(sightings, '1', 82_000, 110_000);
  expect(sightings.stale([member('1')], 110_000)).toHaveLength(1);
});

test('a beat that was not looked at yet makes nobody stale', () => {
  const sightings = new Sightings(MAX_GAP_MS);
  look(sightings, '1', 0, 30_000);
  expect(sightings.stale([member('2')], 30_000)).toEqual([]);
});

test('the own lease ends before anybody can think it stale, and leaves time for several beats', () => {
  const times = leaseTimes(30_000);
  expect(times).toMatchObject({ beatMs: 10_000, marginMs: 3_000 });
  // Nobody sees a beat before it is sent.
  expect(deadlineMs(1_000, times)).toBe(1_000 + 27_000);
  expect(times.beatMs * 2 + times.requestMs).toBeLessThan(times.staleMs - times.marginMs);
});
