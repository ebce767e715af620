import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import {
  ALERT_NAMES,
  SEVERITIES,
  showValue,
  THRESHOLDS,
  WATCHDOG,
  type AlertThresholds,
} from '../thresholds.ts';
import { blockText } from './marked-block.ts';
import { REPOSITORY } from './testing/sources.ts';

/** README, section Alerts: alert -> its row by column. */
function readRows(): Map<string, Readonly<Record<string, string>>> {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
  const [, section = ''] = readme.split('\n## Alerts\n');
  const lines = blockText(section.split('\n## ', 1)[0] ?? '', 'alerts').split('\n');
  const [header = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
  return new Map(
    rows.map((row) => {
      const name = /\w+/.exec(row[0] ?? '')?.[0] ?? '';
      return [name, Object.fromEntries(header.map((title, column) => [title, row[column] ?? '']))];
    }),
  );
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

test('README lists exactly the alerts that there are', () => {
  const names = [...readRows().keys()].filter((name) => name !== WATCHDOG);
  expect(names.toSorted()).toEqual([...ALERT_NAMES].toSorted());
});

test("README's limits are those of thresholds.ts, and a severity that an alert lacks is empty", () => {
  for (const [name, row] of readRows()) {
    if (name === WATCHDOG) continue;
    const limits: AlertThresholds = THRESHOLDS[name as keyof typeof THRESHOLDS];
    for (const severity of SEVERITIES) {
      const limit = limits[severity];
      const cell = row[severity] ?? '';
      if (!limit) expect(cell, `${name}, ${severity}`).toMatch(/^-?$/);
      else if (limit.value === undefined || limit.value === 0)
        expect(cell, `${name}, ${severity}`).not.toBe('');
      else
        expect(cell.match(/[\d.]+ ?(?:ms|s\b|%)?/)?.[0]?.trim(), `${name}, ${severity}`).toBe(
          showValue(limit.value, limits.unit),
        );
    }
  }
});
