import { expect, test } from 'vitest';

import { framePayload } from './frame.ts';
import { FrameLog } from './frame-log.ts';

const MIB = 1024 ** 2;

function filled(
  limits: { frames: number; bytes: number },
  count: number,
  text = (n: number) => `text ${n}`,
): FrameLog {
  const log = new FrameLog(limits);
  for (let sequence = 1; sequence <= count; sequence += 1) log.append(sequence, text(sequence));
  return log;
}

function texts(log: FrameLog, from: number): string[] {
  return [...log.frames(from)].map((frame) => framePayload(frame).toString());
}

test('frames come back as they went in, one by one and as spans, from any number on', () => {
  const log = filled({ frames: 10_000, bytes: MIB }, 3_000);
  expect(texts(log, 2_990)).toEqual(Array.from({ length: 10 }, (_, n) => `text ${2_991 + n}`));
  const spans = Buffer.concat([...log.spans(2_990)]);
  expect(spans).toEqual(Buffer.concat([...log.frames(2_990)]));
  expect(texts(log, 3_000)).toEqual([]);
});

test.for([0, 125, 126, 21_845, 21_846, 65_535, 65_536])(
  'a text of %i characters that need 3 bytes each',
  (length) => {
    const text = '€'.repeat(length);
    const log = filled({ frames: 10, bytes: MIB }, 3, () => text);
    expect(texts(log, 0)).toEqual([text, text, text]);
  },
);

test('it can be resumed from as long as no later frame is gone, to the frame', () => {
  const log = filled({ frames: 100, bytes: MIB }, 5_000);
  expect(log.firstAfter(5_000)).toBe(5_000);
  expect(log.firstAfter(4_999)).toBe(4_999);
  expect(log.firstAfter(4_900)).toBe(4_900);
  expect(log.firstAfter(4_899)).toBeUndefined();
  expect(log.firstAfter(0)).toBeUndefined();
});

test('holes in the sequence do not count as frames that are gone', () => {
  const log = new FrameLog({ frames: 100, bytes: MIB });
  for (const sequence of [1, 2, 50, 51]) log.append(sequence, 'x');
  expect([0, 1, 2, 30, 49, 50, 51].map((sequence) => log.firstAfter(sequence))).toEqual([
    0, 1, 2, 2, 2, 3, 4,
  ]);
});

test('the limit in bytes holds too, and forgetting leaves nothing that came before', () => {
  const log = filled({ frames: 100_000, bytes: MIB }, 2_000, () => 'x'.repeat(2_000));
  expect(log.firstAfter(1_000)).toBeUndefined();
  expect(log.firstAfter(1_900)).toBe(1_900);
  log.forget();
  expect(log.firstAfter(1_999)).toBeUndefined();
  expect(log.firstAfter(2_000)).toBe(2_000);
});
