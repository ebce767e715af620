import { expect, test } from 'vitest';

import { CONSUMER_NAMES } from '../streams.ts';
import { readWorkerConfig } from './config.ts';

test('a token is all that is needed', () => {
  const config = readWorkerConfig({ DISCORD_TOKEN: 'abc.def' });
  expect(config).toMatchObject({ port: 9_001, consumers: CONSUMER_NAMES, apiUrl: 'https://discord.com/api' });
  expect(config.secrets).toContain('abc.def');
});

test('lists are read whatever their spaces and case', () => {
  const { consumers, handlers } = readWorkerConfig({
    DISCORD_TOKEN: 't',
    WORKERS: 'task-worker, voice-tracker',
    BLOCKED_WORDS: ' One,TWO,, ',
  });
  expect(consumers).toEqual(['voice-tracker', 'task-worker']);
  expect([...handlers.blockedWords]).toEqual(['one', 'two']);
});

test('all faults come in one message', () => {
  const read = () =>
    readWorkerConfig({ WORKERS: 'nobody', NATS_REPLICAS: '2', NOTIFY_CHANNEL_ID: 'general' });
  expect(read).toThrow(
    /4 settings are wrong:[^]*WORKERS[^]*DISCORD_TOKEN[^]*NOTIFY_CHANNEL_ID[^]*NATS_REPLICAS/,
  );
});
