import { expect, test } from 'vitest';

import { Selection } from './selection.ts';

const ALL = { streams: '*', excludedStreams: '', consumers: '*', excludedConsumers: '', ephemeral: false };

test('everything durable is watched by default', () => {
  const selection = new Selection(ALL);
  expect(selection.stream('DISCORD_EVENTS')).toBe(true);
  expect(selection.consumer('voice-tracker', true)).toBe(true);
  expect(selection.consumer('kXpTq2', false)).toBe(false);
  expect(new Selection({ ...ALL, ephemeral: true }).consumer('kXpTq2', false)).toBe(true);
});

test('patterns include, and exclude again', () => {
  const selection = new Selection({
    ...ALL,
    streams: 'DISCORD_*, TASKS',
    excludedStreams: '*_DEAD',
    consumers: 'shard-?',
  });
  const streams = ['DISCORD_EVENTS', 'DISCORD_DEAD', 'TASKS', 'MY_TASKS', 'KV_x'];
  expect(streams.filter((name) => selection.stream(name))).toEqual(['DISCORD_EVENTS', 'TASKS']);
  expect(selection.consumer('shard-1', true)).toBe(true);
  expect(selection.consumer('shard-12', true)).toBe(false);
});

test('what is special in a regular expression stands for itself', () => {
  const selection = new Selection({ ...ALL, streams: 'a+b,c(d,[e]' });
  for (const name of ['a+b', 'c(d', '[e]']) expect(selection.stream(name)).toBe(true);
  for (const name of ['aab', 'e']) expect(selection.stream(name)).toBe(false);
});
