import { COLORS } from '../colors.ts';
import type { Lines } from '../panels/target.ts';
import { worstQuantile } from '../select.ts';

/** How long something takes: mostly, and at worst; of several bots, of the one that is worse off. */
export function spread(histogram: string): Lines {
  return [
    ['median', worstQuantile(0.5, histogram)],
    ['99%', worstQuantile(0.99, histogram)],
  ];
}

export const SPREAD_STYLES = {
  median: { color: COLORS.quiet, dashed: true },
  '99%': { color: COLORS.information },
} as const;
