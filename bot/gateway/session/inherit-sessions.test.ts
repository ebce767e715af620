import { expect, test } from 'vitest';

import { createLogger } from '../../../runtime/log.ts';
import { messageIdOf } from '../../events.ts';
import { DUPLICATE_WINDOW_MS } from '../../streams.ts';
import { inheritSessions } from './inherit-sessions.ts';
import { countLost } from './lost.ts';
import { Session, type SessionRecord } from './session.ts';

const log = createLogger({ component: 'test', level: 'silent' });

/** Stored up to 10, seen up to 14, so many milliseconds ago. */
function recordOf(ageMs: number, shardCount = 4): SessionRecord {
  return {
    sessionId: 'mine',
    resumeUrl: 'ws://resume',
    shardId: 2,
    shardCount,
    userId: '1',
    storedSequence: 10,
    seenSequence: 14,
    streamSequence: 500,
    savedAt: Date.now() - ageMs,
  };
}

/** A stream in which another session's events lie between ours. */
function streamWith(sequences: readonly number[]) {
  const asked: number[] = [];
  const ids = [messageIdOf('other', 12), ...sequences.map((sequence) => messageIdOf('mine', sequence))];
  return {
    asked,
    findStored: async (behind: number, wanted: (id: string) => boolean) => {
      asked.push(behind);
      return new Map(ids.filter((id) => wanted(id)).map((id, index) => [id, behind + index + 1]));
    },
  };
}

async function inherit(record: SessionRecord, findStored: ReturnType<typeof streamWith>['findStored']) {
  const store = { load: async () => ({ session: record, guildIds: ['7'] }) };
  return (await inheritSessions([2], { store, findStored, shardCount: 4, log })).get(2);
}

test('a record older than the duplicate window is completed from the stream behind its position', async () => {
  const stream = streamWith([11, 13]);
  const inherited = await inherit(recordOf(DUPLICATE_WINDOW_MS + 1_000), stream.findStored);
  expect(stream.asked).toEqual([500]);
  const session = inherited?.session;
  expect(session?.toSessionInfo(undefined).sequence).toBe(11);
  // The replay brings 12 to 14: what is stored is a repeat.
  expect([12, 13, 14].map((sequence) => session?.accept(sequence))).toEqual([true, false, true]);
});

test('a fresh record needs no look: the server drops the repeats', async () => {
  const stream = streamWith([11, 13]);
  const inherited = await inherit(recordOf(1_000), stream.findStored);
  expect(stream.asked).toEqual([]);
  expect([inherited?.session?.toSessionInfo(undefined).sequence, inherited?.guildIds]).toEqual([10, ['7']]);
});

test('a session of another shard count is not inherited', async () => {
  const inherited = await inherit(recordOf(1_000, 8), streamWith([]).findStored);
  expect(inherited?.session).toBeUndefined();
});

test('of an inherited session that ends, what an earlier process stored is not lost', async () => {
  const session = Session.restore(recordOf(1_000));
  const { findStored } = streamWith([11, 13]);
  expect(await countLost(session, findStored, log)).toEqual({ count: 2, first: 12, last: 14 });
});
