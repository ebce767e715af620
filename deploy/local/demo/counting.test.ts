import { expect, test } from 'vitest';

import { backoffMs, failuresAfter } from './backoff.ts';
import { CounterTotals } from './counter-totals.ts';
import { parseMetrics, sumOf } from './metrics-text.ts';
import { Rate } from './rate.ts';

test('a counter that starts again goes on adding up', () => {
  const totals = new CounterTotals();
  expect([5, 9, 2, 4, 0].map((value) => totals.add('a', value))).toEqual([5, 9, 11, 13, 13]);
  expect(totals.total('a')).toBe(13);
  expect(totals.total('never seen')).toBe(0);
});

test('a rate is the growth over its window', () => {
  const rate = new Rate(2_000);
  expect(rate.add(100, 0)).toBe(0);
  expect(rate.add(600, 1_000)).toBe(500);
  expect(rate.add(1_600, 2_000)).toBe(750);
  expect(rate.add(1_600, 4_000)).toBe(0);
});

test('waits grow to a bound and start afresh after a long life', () => {
  expect([1, 2, 3, 4].map(backoffMs)).toEqual([250, 500, 1_000, 2_000]);
  expect(backoffMs(50)).toBe(10_000);
  expect(failuresAfter(3, 1_000)).toBe(4);
  expect(failuresAfter(3, 30_000)).toBe(1);
});

test('metrics are read with their labels, escaped ones and infinities too', () => {
  const samples = parseMetrics(
    [
      '# HELP a_total Things.',
      '# TYPE a_total counter',
      'a_total{kind="x",text="say \\"hi\\", {ok}\\\\"} 3',
      'a_total{kind="y"} 4.5e1 1700000000000',
      'a_total_more 9',
      'b +Inf',
      '',
    ].join('\n'),
  );
  expect(samples[0]).toEqual({ name: 'a_total', labels: { kind: 'x', text: 'say "hi", {ok}\\' }, value: 3 });
  expect(sumOf(samples, 'a_total')).toBe(48);
  expect(sumOf(samples, 'a_total', ({ kind }) => kind === 'y')).toBe(45);
  expect(sumOf(samples, 'b')).toBe(Infinity);
  expect(sumOf(samples, 'missing')).toBe(0);
});
