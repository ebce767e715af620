import { expect, test } from 'vitest';

import { Session } from './session.ts';

const IDENTITY = { sessionId: 's', resumeUrl: 'ws://resume', shardId: 1, shardCount: 4 };

function sessionWith(received: readonly number[], stored: readonly number[]): Session {
  const session = Session.begin(IDENTITY, 100);
  for (const sequence of received) session.accept(sequence);
  for (const sequence of stored) session.markStored(sequence, 100 + sequence);
  return session;
}

test('this process resumes after what it received, the next one after what is stored', () => {
  const session = sessionWith([1, 2, 3, 4], [1, 2]);
  expect(session.toSessionInfo(undefined)).toMatchObject({ sequence: 4, resumeURL: 'ws://resume' });
  const next = Session.restore(session.record(0, 0));
  expect(next.toSessionInfo('ws://main')).toMatchObject({ sequence: 2, resumeURL: 'ws://main' });
});

test('an acknowledgement out of order does not move the stored sequence past a missing one', () => {
  const session = sessionWith([1, 2, 3], [1, 3]);
  expect(session.storedSequence).toBe(1);
  session.markStored(2, 102);
  expect(session.storedSequence).toBe(3);
});

test('the recorded stream position lies before everything that is not stored yet', () => {
  const busy = sessionWith([1, 2, 3], [1, 2]);
  expect(busy.record(0, 999).streamSequence).toBe(102);
  const idle = sessionWith([1, 2], [1, 2]);
  expect(idle.record(0, 999).streamSequence).toBe(999);
});

test('a refused dispatch is untaken until a replay brings it', () => {
  const session = sessionWith([1, 2], [1]);
  session.refuse(3);
  expect(session.untaken()).toEqual([3]);
  session.accept(3);
  expect(session.untaken()).toEqual([]);
});

test('what an earlier owner received beyond its record is untaken until found or replayed', () => {
  const record = { ...sessionWith([1, 2, 3, 4, 5], [1, 2]).record(0, 0) };
  const session = Session.restore(record);
  expect(session.untaken()).toEqual([3, 4, 5]);
  session.markStoredEarlier([3, 5]);
  expect(session.untaken()).toEqual([4]);
  expect(session.accept(5)).toBe(false);
});

test('a gap is worth one reconnect and then given up and counted', () => {
  const session = sessionWith([1, 2, 5, 6], [1, 2, 5, 6]);
  expect([session.hasGap, session.storedSequence]).toEqual([true, 2]);
  expect([session.shouldChaseGap(), session.shouldChaseGap()]).toEqual([true, false]);
  expect(session.giveUpGap()).toBe(2);
  expect([session.hasGap, session.storedSequence]).toEqual([false, 6]);
});
