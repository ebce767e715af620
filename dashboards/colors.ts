/**
 * Okabe and Ito's palette, which is told apart by every kind of colour vision
 * (https://jfly.uni-koeln.de/color/). No panel tells anything by colour alone: limits have a line, states a
 * word, series a name.
 */
export const COLORS = {
  good: '#009E73',
  information: '#56B4E9',
  warning: '#E69F00',
  critical: '#D55E00',
  quiet: '#D0D0D0',
  emphasis: '#0072B2',
  other: '#CC79A7',
  none: 'transparent',
} as const;
