import { nanos, RetentionPolicy } from 'nats';
import { expect, test } from 'vitest';

import { consumerDifferences, streamDifferences } from './stream-differences.ts';
import { CONSUMERS, STREAMS } from './streams.ts';

const EXPECTED = { ...STREAMS[0], num_replicas: 1 };
const CONSUMER = CONSUMERS['voice-tracker'];

test('settings that an older server does not report are no differences', () => {
  expect(streamDifferences(EXPECTED, { ...EXPECTED, subjects: [...EXPECTED.subjects] })).toEqual([]);
  const { filter_subject, ack_policy } = CONSUMER;
  expect(consumerDifferences(CONSUMER, { filter_subject, ack_policy })).toEqual([]);
});

test('a longer duplicate window serves, a shorter one does not', () => {
  const [longer] = streamDifferences(EXPECTED, {
    ...EXPECTED,
    subjects: [...EXPECTED.subjects],
    duplicate_window: nanos(180_000),
  });
  expect(longer).toEqual({ setting: 'duplicate_window', expected: '120 s', got: '180 s', fix: undefined });
  const [shorter] = streamDifferences(EXPECTED, {
    ...EXPECTED,
    subjects: [...EXPECTED.subjects],
    duplicate_window: nanos(60_000),
  });
  expect(shorter?.fix).toBe('nats stream edit DISCORD_EVENTS --dupe-window=120000ms');
});

test('work queue retention cannot serve, another age or size can', () => {
  const got = {
    ...EXPECTED,
    subjects: [...EXPECTED.subjects],
    retention: RetentionPolicy.Workqueue,
    max_age: 0,
    max_bytes: 7,
  };
  expect(streamDifferences(EXPECTED, got)).toMatchObject([
    { setting: 'retention', got: 'workqueue', fix: expect.stringContaining('nats stream rm DISCORD_EVENTS') },
    { setting: 'max_age', expected: '86400 s', got: 'unlimited', fix: undefined },
    { setting: 'max_bytes', got: '7', fix: undefined },
  ]);
});

test('one of several filters, a push consumer and headers only cannot serve', () => {
  const got = { ...CONSUMER, filter_subjects: ['a', 'b'], deliver_subject: 'push', headers_only: true };
  const settings = consumerDifferences(CONSUMER, got).map(({ setting, fix }) => [setting, fix !== undefined]);
  expect(settings).toEqual([
    ['filter_subject', true],
    ['deliver_subject', true],
    ['headers_only', true],
  ]);
});
