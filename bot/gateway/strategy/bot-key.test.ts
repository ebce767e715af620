import { expect, test } from 'vitest';

import { botKey } from './bot-key.ts';

const ID = '123456789012345678';

test('the id in a token tells the bot, whatever else the token holds', () => {
  const token = (rest: string) => `${Buffer.from(ID).toString('base64').replaceAll('=', '')}.${rest}`;
  expect([botKey(token('one.two')), botKey(token('three.four'))]).toEqual([ID, ID]);
});

test('a token of another form is not readable in its key', () => {
  const keys = ['simulator-fake-token', 'another-token'].map(botKey);
  expect(new Set(keys).size).toBe(2);
  for (const key of keys) expect(key).toMatch(/^[\da-f]{16}$/);
});
