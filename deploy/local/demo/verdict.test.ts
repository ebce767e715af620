import { expect, test } from 'vitest';

import { compare } from './ledger-check.ts';
import type { Reading } from './reading.ts';
import { goodReading } from './testing/readings.ts';
import { problemsOf, summaryOf, type Outcome } from './verdict.ts';

const ids = Array.from({ length: 30_000 }, (_, index) => `session:${index + 1}`);
const once = new Map(ids.map((id) => [id, 1]));

function outcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    reading: goodReading(),
    ledger: compare(ids, once),
    simulatorRestarts: 0,
    toHandle: new Map([['moderation-worker', 22_200]]),
    ...changes,
  };
}

function withConsumer(change: Partial<Reading['consumers'][number]>): Reading {
  const reading = goodReading();
  return { ...reading, consumers: [{ ...reading.consumers[0]!, ...change }] };
}

test('a run in which all was stored once and handled has no problem', () => {
  expect(problemsOf(outcome())).toEqual([]);
  const reading = goodReading({ restFailures: new Map([['429', 2]]) });
  expect(summaryOf(outcome({ reading }))).toEqual([
    'ran 01:01, restarts 0',
    'dispatched 30,000, stored exactly once 30,000, missing 0, repeated 0',
    'moderation-worker: handled 22,200 of 22,200, redelivered 0',
    'dead letters 0, REST calls 440, answered 429: 2',
  ]);
});

test('against Discord there is no ledger to hold it against', () => {
  expect(problemsOf(outcome({ ledger: undefined }))).toEqual([]);
  expect(summaryOf(outcome({ ledger: undefined }))).toContain('received 30,000, stored 30,000');
});

test.for<[string, Partial<Outcome>, string]>([
  ['a lost dispatch', { ledger: compare(ids, new Map([...once].slice(1))) }, 'not stored: session:1'],
  [
    'a repeated one',
    { ledger: compare(ids, new Map([...once, ['session:7', 2]])) },
    'more than once: session:7',
  ],
  ['an empty ledger', { ledger: compare([], new Map()) }, 'dispatched nothing'],
  ['an empty stream', { reading: goodReading({ stored: 0 }) }, 'no event was stored'],
  ['a counted loss', { reading: goodReading({ lost: 3 }) }, 'count 3 events as lost'],
  ['a dead letter', { reading: goodReading({ deadLetters: 2 }) }, 'dead letters: 2'],
  ['unknown dead letters', { reading: goodReading({ deadLetters: undefined }) }, 'dead letters: unknown'],
  ['a backlog', { reading: withConsumer({ lag: 12 }) }, 'still has 12 events'],
  ['an unknown backlog', { reading: withConsumer({ lag: undefined }) }, 'an unknown number of'],
  ['an event that nobody handled', { reading: withConsumer({ handled: 22_199 }) }, '22199 of 22200'],
  ['a simulator that restarted', { simulatorRestarts: 1 }, 'ledger is not whole'],
  [
    'a mute gateway',
    { reading: { ...goodReading(), gateways: [{ name: 'gateway-0', shards: new Map() }] } },
    'gateway-0 does not answer',
  ],
  [
    'a shard that is not ready',
    { reading: { ...goodReading(), gateways: [{ name: 'gateway-0', shards: new Map([[3, 'resuming']]) }] } },
    '3 resuming',
  ],
])('%s is a problem', ([, changes, text]) => {
  const problems = problemsOf(outcome(changes));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(text);
});

test('where events go on coming some are always in work, but those of before must be handled', () => {
  const ledger = undefined;
  expect(problemsOf(outcome({ ledger, reading: withConsumer({ lag: 3 }) }))).toEqual([]);
  expect(problemsOf(outcome({ ledger, reading: withConsumer({ handled: 22_199 }) }))).toHaveLength(1);
});

test('a killed worker takes its last counts with it; that the stream is drained is then enough', () => {
  const reading = withConsumer({ handled: 20_000 });
  const services = reading.services.map((service) => ({ ...service, restarts: 1 }));
  expect(problemsOf(outcome({ reading: { ...reading, services } }))).toEqual([]);
});

test('a ledger with many faults shows the first few', () => {
  const [problem] = problemsOf(outcome({ ledger: compare(ids, new Map()) }));
  expect(problem).toBe(
    'dispatches that are not stored: session:1, session:2, session:3, session:4, session:5 and 29995 more',
  );
});
