import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createLogger } from '../../../runtime/log.ts';
import { Holding } from './holding.ts';
import { leaseTimes } from './lease-times.ts';
import { Membership } from './membership.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const STALE_MS = 300;

let running: AbortController;
beforeEach(() => {
  running = new AbortController();
});
afterEach(() => {
  running.abort();
  vi.useRealTimers();
});

type Answer = 'yes' | 'no' | 'never';

function setUp() {
  const state = { answer: 'yes' as Answer, owners: 0, joined: [] as string[], fenced: [] as string[] };
  const membership = new Membership({
    store: {
      place: 'the store',
      join: async ({ owner }) => {
        if (state.answer === 'never') throw new Error('no answer');
        state.joined.push(owner);
      },
      beat: async () => {
        if (state.answer === 'never') throw new Error('no answer');
        return state.answer === 'yes';
      },
      leave: async () => undefined,
    },
    times: leaseTimes(STALE_MS),
    record: { shardCount: 8, capacity: 8, staleMs: STALE_MS },
    newOwner: () => `owner-${(state.owners += 1)}`,
    onFence: (reason) => state.fenced.push(reason),
    onFailure: () => undefined,
    log,
  });
  void membership.run(running.signal);
  return { state, membership };
}

test('a lease lasts as long as the store confirms it', async () => {
  const { state, membership } = setUp();
  await vi.waitFor(() => expect(membership.owner).toBe('owner-1'));
  await sleep(2 * STALE_MS);
  expect([membership.owner, state.fenced]).toEqual(['owner-1', []]);
});

test('without an answer it ends at the deadline, once, and comes back with the store', async () => {
  const { state, membership } = setUp();
  await vi.waitFor(() => expect(membership.valid).toBe(true));
  state.answer = 'never';
  await vi.waitFor(() => expect(state.fenced).toHaveLength(1));
  expect([membership.owner, membership.secondsLeft]).toEqual([undefined, 0]);
  await sleep(STALE_MS);
  state.answer = 'yes';
  await vi.waitFor(() => expect(membership.owner).toBe('owner-1'));
  expect(state.fenced).toHaveLength(1);
});

test('who was taken for dead lets go of all and joins under another name', async () => {
  const { state, membership } = setUp();
  await vi.waitFor(() => expect(membership.valid).toBe(true));
  state.answer = 'no';
  await vi.waitFor(() => expect(state.fenced).toHaveLength(1));
  state.answer = 'yes';
  await vi.waitFor(() => expect(membership.owner).toBe(state.joined.at(-1)));
  expect(membership.owner).not.toBe('owner-1');
});

test('a process that stood still knows before any timer has run, and what it held does not come back', async () => {
  const { state, membership } = setUp();
  await vi.waitFor(() => expect(membership.valid).toBe(true));
  const holding = new Holding({ shardId: 1, epoch: 1 }, membership);
  expect(holding.held()).toBe(true);
  // Nothing else of this process runs meanwhile, as when it is paused.
  const until = performance.now() + STALE_MS;
  while (performance.now() < until);
  expect([holding.held(), state.fenced]).toEqual([false, []]);
  await vi.waitFor(() => expect(membership.valid).toBe(true));
  expect(state.fenced).toHaveLength(1);
});

test('a wall clock that jumps changes nothing', async () => {
  const { state, membership } = setUp();
  await vi.waitFor(() => expect(membership.valid).toBe(true));
  for (const hours of [1, -2]) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    await sleep(STALE_MS / 2);
    expect([membership.valid, state.fenced]).toEqual([true, []]);
  }
});

test('no file that decides about leases asks a wall clock', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('test'),
  );
  expect(files.length).toBeGreaterThan(10);
  const asking = files.filter((file) =>
    /\bDate\b|now\(\) *-|interval '/.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  );
  expect(asking).toEqual([]);
});
