import { COLORS } from '../colors.ts';
import type { Lines } from '../panels/target.ts';
import { quantile } from '../select.ts';

/** How long something takes: mostly, and at worst. */
export function spread(histogram: string): Lines {
  return [
    ['median', quantile(0.5, histogram)],
    ['99%', quantile(0.99, histogram)],
  ];
}

export const SPREAD_STYLES = {
  median: { color: COLORS.quiet, dashed: true },
  '99%': { color: COLORS.information },
} as const;
