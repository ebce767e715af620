import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { replaceBlock } from './runbooks/marked-block.ts';
import { markdownTable } from './runbooks/markdown-table.ts';
import type { Settings } from './settings.ts';
import {
  ALERT_NAMES,
  SEVERITIES,
  showValue,
  WATCHDOG,
  type AlertThresholds,
  type Limit,
} from './thresholds.ts';

export const README_FILE = join(import.meta.dirname, '..', 'README.md');
const MARK = 'alerts';

/** The table of all alerts, as markdown: what each compares, and its limits. */
export function alertTable({ thresholds }: Pick<Settings, 'thresholds'>): string {
  const rows = ALERT_NAMES.map((alert) => {
    const limits: AlertThresholds = thresholds[alert];
    const cells = SEVERITIES.map((severity) => showLimit(limits[severity], limits));
    return [`[${alert}](alerts/runbooks/${alert}.md)`, limits.measures, ...cells];
  });
  const watchdog = [`[${WATCHDOG}](alerts/runbooks/${WATCHDOG}.md)`, 'nothing: it always fires', '', ''];
  return markdownTable(['alert', 'looks at', ...SEVERITIES], [...rows, watchdog]);
}

/** The README with the table between its marks; undefined where it has no marks, as another team's need not. */
export function readmeWithAlerts(settings: Pick<Settings, 'thresholds'>): string | undefined {
  const readme = readFileSync(README_FILE, 'utf8');
  if (!readme.includes(`<!-- ${MARK}: begin -->`)) return undefined;
  return replaceBlock(readme, MARK, alertTable(settings));
}

function showLimit(limit: Limit | undefined, { unit }: AlertThresholds): string {
  if (!limit) return '';
  const { value, for: wait } = limit;
  const lasts = wait === '0s' ? '' : `for ${wait}`;
  if (value === undefined) return lasts || 'at once';
  return [value === 0 ? 'any' : `> ${showValue(value, unit)}`, lasts].filter(Boolean).join(' ');
}
