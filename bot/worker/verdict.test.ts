import { expect, test } from 'vitest';

import { Expired, Permanent, RetryLater } from './outcome-errors.ts';
import { RestError } from './rest/rest-error.ts';
import { BACKOFF, backoffMs, verdictOf, type HandlerResult } from './verdict.ts';

const FIRST = { deliveries: 1, maxDeliver: 3, random: 0 };
const LAST = { ...FIRST, deliveries: 3 };
const INTERRUPTED: HandlerResult = { kind: 'interrupted' };

function threw(error: unknown): HandlerResult {
  return { kind: 'threw', error };
}

function restError(status: number | undefined): RestError {
  return new RestError({ method: 'POST', route: '/x', status, code: undefined, reason: 'so' });
}

test('what is done is acknowledged, at the last attempt too', () => {
  expect(verdictOf({ kind: 'done' }, FIRST)).toEqual({ kind: 'ack' });
  expect(verdictOf({ kind: 'done' }, LAST)).toEqual({ kind: 'ack' });
});

test('an unknown error is retried with backoff until the last attempt, which ends dead', () => {
  const error = threw(new Error('broken'));
  expect(verdictOf(error, FIRST)).toEqual({ kind: 'retry', delayMs: BACKOFF.baseMs });
  expect(verdictOf(error, { ...FIRST, deliveries: 2 })).toEqual({
    kind: 'retry',
    delayMs: BACKOFF.baseMs * 2,
  });
  expect(verdictOf(error, LAST)).toEqual({ kind: 'dead', reason: 'last-attempt', error: 'broken' });
  expect(verdictOf(threw('text'), { ...LAST, deliveries: 4 })).toMatchObject({ kind: 'dead', error: 'text' });
});

test('without a limit of deliveries no attempt is the last', () => {
  const attempt = { deliveries: 1_000, maxDeliver: -1, random: 0 };
  expect(verdictOf(threw(new Error('broken')), attempt)).toEqual({ kind: 'retry', delayMs: BACKOFF.maxMs });
});

test('RetryLater names its own delay, but adds no attempt', () => {
  expect(verdictOf(threw(new RetryLater(7_000)), FIRST)).toEqual({ kind: 'retry', delayMs: 7_000 });
  expect(verdictOf(threw(new RetryLater(7_000)), LAST)).toMatchObject({ kind: 'dead' });
});

test('a permanent failure is dead at once', () => {
  expect(verdictOf(threw(new Permanent('never')), FIRST)).toEqual({
    kind: 'dead',
    reason: 'permanent',
    error: 'never',
  });
});

test('what is expired is dropped, at the last attempt too', () => {
  expect(verdictOf(threw(new Expired('old')), FIRST)).toEqual({ kind: 'expired' });
  expect(verdictOf(threw(new Expired('old')), LAST)).toEqual({ kind: 'expired' });
});

test('an interrupted event goes to another process at once, unless it was the last attempt', () => {
  expect(verdictOf(INTERRUPTED, FIRST)).toEqual({ kind: 'retry', delayMs: 0 });
  expect(verdictOf(INTERRUPTED, LAST)).toMatchObject({ kind: 'dead', reason: 'last-attempt' });
});

test.each([400, 403, 404])('a REST call that Discord refuses with %i is not tried again', (status) => {
  expect(verdictOf(threw(restError(status)), FIRST)).toMatchObject({ kind: 'dead', reason: 'permanent' });
});

test.each([401, 408, 429, 500, 503, undefined])('a REST call that ended with %s is tried again', (status) => {
  expect(verdictOf(threw(restError(status)), FIRST)).toMatchObject({ kind: 'retry' });
});

test('the backoff doubles to its maximum, with jitter that only shortens it', () => {
  const full = Array.from({ length: 9 }, (_, index) => backoffMs({ ...FIRST, deliveries: index + 1 }));
  expect(full).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(backoffMs({ ...FIRST, deliveries: 3, random: 0.999_999 })).toBe(1_000);
});
