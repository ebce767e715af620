import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';

import type { Limit } from '../../alerts/thresholds.ts';
import { COLORS } from '../colors.ts';

/** The limits of an alert, as `alerts/thresholds.ts` has them. */
export interface Limits {
  readonly warning?: Limit;
  readonly critical?: Limit;
}

/** Steps at the alert's limits. @param below colour of what crosses none */
export function thresholdSteps(
  { warning, critical }: Limits,
  below: string = COLORS.none,
): ThresholdsConfigBuilder {
  return steps(
    { value: null, color: below },
    ...(warning?.value === undefined ? [] : [{ value: warning.value, color: COLORS.warning }]),
    ...(critical?.value === undefined ? [] : [{ value: critical.value, color: COLORS.critical }]),
  );
}

/** Nothing is good, anything is not. */
export function anyIs(color: string): ThresholdsConfigBuilder {
  return steps({ value: null, color: COLORS.good }, { value: 1, color });
}

/** One colour, whatever the value. */
export function always(color: string): ThresholdsConfigBuilder {
  return steps({ value: null, color });
}

function steps(...steps: { value: number | null; color: string }[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}
