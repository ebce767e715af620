import { expect, test } from 'vitest';

import { addTransition, NO_VOICE_TIME, totalMs, type Transition, type VoiceTime } from './voice-time.ts';

const CHANGES: Transition[] = Array.from({ length: 40 }, (_, index) => ({
  id: `s:${index}`,
  atMs: 1_000 * (index + 1),
  sequence: index,
  inVoice: index % 2 === 0,
}));

function after(changes: readonly Transition[]): VoiceTime {
  return changes.reduce(addTransition, NO_VOICE_TIME);
}

test('joins and leaves add up, and who is still there adds until now', () => {
  expect(totalMs(after(CHANGES.slice(0, 4)), 1e9)).toBe(2_000);
  expect(totalMs(after(CHANGES.slice(0, 3)), 10_000)).toBe(1_000 + 7_000);
  expect(totalMs(NO_VOICE_TIME, 1e9)).toBe(0);
});

test('a change that comes again changes nothing', () => {
  const time = after(CHANGES.slice(0, 10));
  for (const change of CHANGES.slice(0, 10)) expect(addTransition(time, change)).toBe(time);
});

test('a change between channels is no leave', () => {
  const move = { ...CHANGES[0]!, id: 'move', atMs: 1_500 };
  expect(totalMs(after([...CHANGES.slice(0, 2), move]), 1e9)).toBe(1_000);
});

test('the order of arrival does not matter within the kept changes', () => {
  const inOrder = totalMs(after(CHANGES), 1e9);
  const pairsSwapped = CHANGES.map((_, index) => CHANGES[index ^ 1]!);
  expect(totalMs(after(pairsSwapped), 1e9)).toBe(inOrder);
  expect(inOrder).toBe(20_000);
});

test('changes of the same millisecond are told apart by their sequence', () => {
  const leave = { id: 'b', atMs: 5_000, sequence: 2, inVoice: false };
  const join = { id: 'a', atMs: 5_000, sequence: 1, inVoice: true };
  expect(totalMs(after([leave, join]), 9_000)).toBe(0);
});

test('the state of a member stays small', () => {
  expect(after(CHANGES).recent.length).toBeLessThanOrEqual(16);
});
