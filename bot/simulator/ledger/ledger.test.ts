import { expect, test } from 'vitest';

import type { LedgerMode } from '../options.ts';
import { Ledger } from './ledger.ts';

const SESSIONS = 3;
const DISPATCHES = 20_000;

/** Sessions that take turns; half of the dispatches are sent, some of these twice. */
function filled(mode: LedgerMode, limit: number): Ledger {
  const ledger = new Ledger(mode, limit);
  const sessions = Array.from({ length: SESSIONS }, (_, shardId) =>
    ledger.sessionStarted({ sessionId: `s${shardId}`, shardId, shardCount: SESSIONS, startedAt: 1 }),
  );
  for (let index = 0; index < DISPATCHES; index += 1) {
    sessions[index % SESSIONS]!.added(
      Math.floor(index / SESSIONS) + 1,
      'MESSAGE_CREATE',
      BigInt(index),
      index,
    );
  }
  sessions[0]!.sent(0, 10, 500);
  sessions[0]!.sent(5, 20, 600);
  return ledger;
}

test('full keeps every dispatch, with the time of its first send and the number of sends', () => {
  const ledger = filled('full', 10);
  const entries = [...ledger.dispatches()];
  expect(entries).toHaveLength(DISPATCHES);
  expect(entries.slice(4, 6).map(({ sequence, sends, sentAt }) => [sequence, sends, sentAt])).toEqual([
    [5, 1, 500],
    [6, 2, 500],
  ]);
  expect(entries[19]).toMatchObject({ sequence: 20, sends: 1, sentAt: 600, status: 'sent', eventId: '57' });
  expect(entries[20]).toMatchObject({ sequence: 21, sends: 0, sentAt: undefined, status: 'buffered' });
  expect(ledger.counts()).toMatchObject({ dispatches: DISPATCHES, buffered: DISPATCHES - 20, replayed: 5 });
});

test('bounded keeps the newest, and totals of all', () => {
  const limit = 5_000;
  const kept = [...filled('bounded', limit).dispatches()];
  expect(kept.length).toBeLessThanOrEqual(limit + 4_096);
  expect(kept.length).toBeGreaterThan(limit / 2);
  for (const session of ['s0', 's1', 's2']) {
    expect(kept.filter(({ sessionId }) => sessionId === session).at(-1)?.sequence).toBeGreaterThan(6_660);
  }
  expect(filled('bounded', limit).counts().dispatches).toBe(DISPATCHES);
});

test('counts keeps totals only', () => {
  const ledger = filled('counts', 100);
  expect([...ledger.dispatches()]).toEqual([]);
  expect(ledger.counts()).toMatchObject({
    dispatches: DISPATCHES,
    replayed: 5,
    dispatchesByType: { MESSAGE_CREATE: DISPATCHES },
  });
});
