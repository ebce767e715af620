import { expect, test } from 'vitest';

import { createErrorBudget } from './error-budget.ts';

test('five errors of a kind a minute are reported, whatever others do', () => {
  const may = createErrorBudget();
  const reported = (kind: string, nowMs: number) =>
    Array.from({ length: 100 }, () => may(kind, nowMs)).filter(Boolean).length;
  expect(reported('one', 0)).toBe(5);
  expect(reported('two', 59_999)).toBe(5);
  expect(reported('one', 59_999)).toBe(0);
  expect(reported('one', 60_000)).toBe(5);
});

test('kinds without end do not fill the memory', () => {
  const may = createErrorBudget();
  const reported = Array.from({ length: 1_000 }, (_, kind) => may(`kind ${kind}`, 0)).filter(Boolean);
  expect(reported).toHaveLength(200);
});
