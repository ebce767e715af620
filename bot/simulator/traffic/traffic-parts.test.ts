import { expect, test, vi } from 'vitest';

import { seededRandom } from '../random.ts';
import { createGuild } from '../world/guild.ts';
import { GuildPicker } from './guild-picker.ts';
import { kindPicker } from './mix.ts';
import { Pacer } from './pacer.ts';

const PICKS = 100_000;

test('guilds are picked by Zipf: the n-th has a share of 1/n of the first', () => {
  const picker = new GuildPicker(Array.from({ length: 10 }, (_, index) => createGuild(index)));
  const random = seededRandom(7);
  const picks = Array<number>(10).fill(0);
  for (let pick = 0; pick < PICKS; pick += 1) picks[picker.pick(random)!.index]! += 1;
  for (const index of [1, 4, 9]) {
    expect((picks[index]! / picks[0]!) * (index + 1)).toBeCloseTo(1, 1);
  }
  expect(new GuildPicker([]).pick(random)).toBeUndefined();
});

test('kinds are picked in their proportions, and those without a weight never', () => {
  const pick = kindPicker({ message: 3, voice: 1, typing: 0 });
  const random = seededRandom(7);
  const picks = new Map<string, number>();
  for (let index = 0; index < PICKS; index += 1) {
    const kind = pick(random);
    picks.set(kind, (picks.get(kind) ?? 0) + 1);
  }
  expect([...picks.keys()].sort()).toEqual(['message', 'voice']);
  expect(picks.get('message')! / PICKS).toBeCloseTo(0.75, 2);
  expect(() => kindPicker({})).toThrow('above 0');
  expect(() => kindPicker({ message: -1 })).toThrow('mix.message');
});

test('a pacer makes up for late timers, changes its rate without a jump, and leaves out a long stall', () => {
  vi.useFakeTimers();
  try {
    let nowMs = 0;
    let done = 0;
    const pacer = new Pacer({ nowMs: () => nowMs, due: (count) => (done += count) });
    const pass = (ms: number) => {
      nowMs += ms;
      vi.advanceTimersByTime(ms);
    };
    pacer.setRate(1_000);
    for (const lateMs of [3, 70, 1, 26, 900]) pass(lateMs);
    expect(done).toBe(1_000);
    pacer.setRate(10);
    pass(1_000);
    expect(done).toBe(1_010);
    pass(3_600_000);
    expect([done, pacer.skipped]).toEqual([1_060, 36_000 - 50]);
    pacer.setRate(0);
    pass(10_000);
    expect([done, vi.getTimerCount()]).toEqual([1_060, 0]);
  } finally {
    vi.useRealTimers();
  }
});
