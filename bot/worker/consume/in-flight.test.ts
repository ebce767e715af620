import type { Msg } from 'nats';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { InFlight, Interrupted } from './in-flight.ts';

const ACK_WAIT_MS = 30_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function message() {
  const answers: string[] = [];
  const respond = (data: Uint8Array) => answers.push(new TextDecoder().decode(data));
  return { answers, message: { respond } as unknown as Msg };
}

test('long work asks for patience three times an ack wait, until its time is over', () => {
  const inFlight = new InFlight(ACK_WAIT_MS);
  const { answers, message: msg } = message();
  const { controller } = inFlight.add(msg);
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      vi.advanceTimersByTime(1_000);
      inFlight.extend();
    }
  };
  pass(9);
  expect(answers).toEqual([]);
  pass(1);
  expect(answers).toEqual(['+WPI']);
  pass(140);
  expect(answers).toHaveLength(15);
  expect(controller.signal.aborted).toBe(false);
  pass(1);
  expect(controller.signal.aborted).toBe(true);
  expect(String(controller.signal.reason)).toContain('not done after 150 s');
  pass(60);
  expect(answers).toHaveLength(15);
});

test('a handler that ignores that its time is over counts as stuck one ack wait later', () => {
  const inFlight = new InFlight(ACK_WAIT_MS);
  const entry = inFlight.add(message().message);
  vi.advanceTimersByTime(ACK_WAIT_MS * 6);
  expect(inFlight.stuck()).toBe(0);
  vi.advanceTimersByTime(1);
  expect(inFlight.stuck()).toBe(1);
  inFlight.remove(entry);
  expect(inFlight.stuck()).toBe(0);
});

test('the end waits for handlers, then interrupts them', async () => {
  const inFlight = new InFlight(ACK_WAIT_MS);
  const quick = inFlight.add(message().message);
  const slow = inFlight.add(message().message);
  const finished = inFlight.finish(5_000);
  inFlight.remove(quick);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(slow.controller.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(slow.controller.signal.reason).toBeInstanceOf(Interrupted);
  expect(quick.controller.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(500);
  await finished;
  expect(inFlight.size).toBe(1);
});

test('the end comes at once when nothing is in work', async () => {
  await new InFlight(ACK_WAIT_MS).finish(5_000);
});
