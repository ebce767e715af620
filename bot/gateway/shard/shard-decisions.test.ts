import { WebSocketShardDestroyRecovery } from '@discordjs/ws';
import { describe, expect, test } from 'vitest';

import { describeEnd } from './connection-end.ts';
import { decideProbe, PROBE_AFTER_MS, PROBE_TIMEOUT_MS } from './probe.ts';
import { reconnectDelayMs, usesResumeUrl } from './reconnect-policy.ts';

const { Reconnect, Resume } = WebSocketShardDestroyRecovery;

describe('the end of a connection', () => {
  test.each([
    ['op 7', { reason: 'Told to reconnect by Discord', recover: Resume }, 'resumable'],
    ['a missed heartbeat', { reason: 'Zombie connection', recover: Resume }, 'resumable'],
    ['op 9 false', { reason: 'Invalid session', recover: Reconnect }, 'session-ended'],
    ['a refused resume host', { code: 1006, recover: Reconnect }, 'resumable'],
    ['a close by Discord with 1000', { code: 1000, recover: Reconnect }, 'resumable'],
    ['4000', { code: 4000, recover: Resume }, 'resumable'],
    ['4007', { code: 4007, recover: Reconnect }, 'session-ended'],
    ['4009', { code: 4009, recover: Resume }, 'session-ended'],
    ['4004', { code: 4004 }, 'fatal'],
    ['4010', { code: 4010 }, 'fatal'],
    ['4014', { code: 4014 }, 'fatal'],
  ])('%s', (_case, options, kind) => {
    expect(describeEnd(options).kind).toBe(kind);
  });
});

describe('the next attempt', () => {
  test('comes at once after a stable connection, then later and later, 15 s at most', () => {
    const delays = [0, 1, 2, 3, 10, 100].map((failures) => reconnectDelayMs(failures, 1));
    expect(delays).toEqual([0, 250, 500, 1_000, 15_000, 15_000]);
  });

  test('goes to the resume address first and to the main one in between', () => {
    expect([0, 1, 2, 3, 4].map(usesResumeUrl)).toEqual([true, true, false, true, false]);
  });
});

describe('a silent shard', () => {
  const base = { quietSinceMs: 1_000, readyAtMs: 0, probedAtMs: undefined };

  test('is left alone until the limit and probed from there on', () => {
    expect(decideProbe({ ...base, nowMs: 1_000 + PROBE_AFTER_MS - 1 })).toBe('wait');
    expect(decideProbe({ ...base, nowMs: 1_000 + PROBE_AFTER_MS })).toBe('probe');
  });

  test('is deaf when the probe brings nothing in time', () => {
    const probed = { ...base, probedAtMs: 21_000 };
    expect(decideProbe({ ...probed, nowMs: 21_000 + PROBE_TIMEOUT_MS - 1 })).toBe('wait');
    expect(decideProbe({ ...probed, nowMs: 21_000 + PROBE_TIMEOUT_MS })).toBe('deaf');
  });

  test('is healthy again with any dispatch', () => {
    expect(decideProbe({ ...base, nowMs: 40_000, quietSinceMs: 22_000, probedAtMs: 21_000 })).toBe('wait');
  });

  test('that was silent before it resumed is probed at once, and not called deaf any sooner', () => {
    const resumed = { quietSinceMs: 1_000, readyAtMs: 25_000, probedAtMs: undefined };
    expect(decideProbe({ ...resumed, nowMs: 25_001 })).toBe('probe');
    const probed = { ...resumed, probedAtMs: 25_001 };
    const deafAtMs = 25_000 + PROBE_AFTER_MS + PROBE_TIMEOUT_MS;
    expect(decideProbe({ ...probed, nowMs: deafAtMs - 1 })).toBe('wait');
    expect(decideProbe({ ...probed, nowMs: deafAtMs })).toBe('deaf');
  });
});
