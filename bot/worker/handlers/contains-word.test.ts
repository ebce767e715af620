import { expect, test } from 'vitest';

import { containsWord } from './contains-word.ts';

const WORDS = new Set(['spamlink', 'übel']);

test.each([
  ['look: SPAMLINK!', true],
  ['(spamlink)', true],
  ['Übel, sehr', true],
  ['spamlinks are other words', false],
  ['', false],
])('%s', (text, found) => {
  expect(containsWord(text, WORDS)).toBe(found);
});

test('without blocked words nothing is found', () => {
  expect(containsWord('spamlink', new Set())).toBe(false);
});
