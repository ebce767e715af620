import {
  SEVERITIES,
  secondsOf,
  THRESHOLDS,
  type AlertName,
  type AlertThresholds,
  type Duration,
} from '../thresholds.ts';
import type { RuleCase } from './rule-case.ts';
import { plus } from './values.ts';

/** Just beside a limit: nearer than anybody would move it. */
const SLIGHTLY = 0.001;

export interface Boundary {
  readonly alert: AlertName;
  /** What the exporters say for ten minutes while the measured value is this. */
  readonly series: (value: number) => RuleCase['series'];
  /** What tells the alert, once it fires. */
  readonly labels: Readonly<Record<string, string>>;
  /** When the rules see that value first. */
  readonly seenAt?: Duration;
  /** The neighbours of a limit; where it is a count, one less and one more. */
  readonly beside?: (value: number) => readonly [below: number, above: number];
}

/** Longer than any `for`. */
const UNTIL: Duration = '10m';

/** For each severity: silent below the limit and at it, firing above it after its `for` and not before. */
export function boundaryCases({ alert, series, labels, seenAt = '0s', beside = near }: Boundary): RuleCase[] {
  const limits: AlertThresholds = THRESHOLDS[alert];
  return SEVERITIES.flatMap((severity) => {
    const limit = limits[severity];
    if (limit?.value === undefined) return [];
    const [below, above] = beside(limit.value);
    const firesAt: Duration = `${secondsOf(seenAt) + secondsOf(limit.for)}s`;
    const instance = { severity, ...labels };
    const expectation = { alert, severity };
    const before = limit.for === '0s' ? [] : [{ ...expectation, at: plus(firesAt, -1), pending: [instance] }];
    return [
      {
        name: `${severity}: silent just below, at ${below}`,
        series: series(below),
        quiet: [{ ...expectation, until: UNTIL }],
      },
      {
        name: `${severity}: silent at exactly ${limit.value}`,
        series: series(limit.value),
        quiet: [{ ...expectation, until: UNTIL }],
      },
      {
        name: `${severity}: fires just above, at ${above}, after ${limit.for}`,
        series: series(above),
        expect: [...before, { ...expectation, at: firesAt, firing: [instance] }],
      },
    ];
  });
}

function near(value: number): [number, number] {
  return [value * (1 - SLIGHTLY), value * (1 + SLIGHTLY)];
}
