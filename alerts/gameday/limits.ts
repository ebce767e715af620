import { THRESHOLDS, type AlertName, type Limit, type Severity } from '../thresholds.ts';

/** The documented limit; the game day shortens times, never values. */
export function limitOf(alert: AlertName, severity: Severity): number {
  const limits: Partial<Record<Severity, Limit>> = THRESHOLDS[alert];
  const value = limits[severity]?.value;
  if (value === undefined) throw new Error(`${alert} has no ${severity} value`);
  return value;
}
