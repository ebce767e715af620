import { parseDuration } from '../testing/query-step.ts';

/** Seconds since 1970. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Grafana's `now`, `now-1h`, or a time as ISO 8601 or in milliseconds since 1970.
 * @returns seconds since 1970
 */
export function parseTime(text: string, now: number): number {
  const relative = /^now(?:-(.+))?$/.exec(text);
  if (relative) return now - (relative[1] === undefined ? 0 : parseDuration(relative[1]));
  const milliseconds = /^\d{12,}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(milliseconds)) {
    throw new Error(`expected a time such as now-1h or 2026-11-24T03:00:00Z, got "${text}"`);
  }
  return milliseconds / 1_000;
}
