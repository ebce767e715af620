import { expect, test } from 'vitest';

import { formatTraceparent, fractionOf, newSpanId, newTraceId, parseTraceparent } from './traceparent.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';

test('what is written is read again', () => {
  for (const sampled of [true, false]) {
    const context = { traceId: newTraceId(), spanId: newSpanId(), sampled };
    expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
  }
});

test('of the flags only the one for sampled counts', () => {
  expect(parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-03`)?.sampled).toBe(true);
  expect(parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-fe`)?.sampled).toBe(false);
});

test.each([
  '',
  'nonsense',
  `ff-${TRACE_ID}-${SPAN_ID}-01`,
  `00-${TRACE_ID}-${SPAN_ID}`,
  `00-${TRACE_ID}-${SPAN_ID}-01-extra`,
  `00-${TRACE_ID}-${SPAN_ID}-01\n`,
  `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
  `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
  `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
])('%j is no traceparent', (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test('the fraction of a trace id is even, and below 1', () => {
  const fractions = Array.from({ length: 10_000 }, () => fractionOf(newTraceId()));
  expect(Math.max(...fractions)).toBeLessThan(1);
  // A standard deviation is 40.
  expect(Math.abs(fractions.filter((fraction) => fraction < 0.2).length - 2_000)).toBeLessThan(250);
});

test('ids are of the right length and do not repeat', () => {
  const ids = Array.from({ length: 5_000 }, () => [newTraceId(), newSpanId()]).flat();
  expect(new Set(ids).size).toBe(10_000);
  expect(ids.every((id) => /^([0-9a-f]{32}|[0-9a-f]{16})$/.test(id))).toBe(true);
});
