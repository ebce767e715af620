import type { AlertName, Severity } from '../thresholds.ts';

/** Times are milliseconds from the injection of the fault. */
export interface AlertResult {
  readonly alertname: AlertName;
  readonly severity: Severity;
  readonly ok: boolean;
  /** When reality was beyond the limit. */
  readonly crossedMs?: number;
  /** No page can be earlier: the crossing, the alert's wait, and the wait for others of its group. */
  readonly floorMs?: number;
  readonly toldMs?: number;
  readonly problem?: string;
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly kind: 'pages' | 'calm';
  readonly ok: boolean;
  /** Why it could not be run here. */
  readonly skipped?: string;
  readonly failure?: string;
  readonly alerts?: readonly AlertResult[];
  /** From the end of the fault until no alert fires; undefined where that was not waited for. */
  readonly resolvedMs?: number | undefined;
  readonly falseAlerts?: readonly string[];
  readonly eventsLost?: number;
}
