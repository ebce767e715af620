import type { LineSeriesOption } from 'echarts/charts';

import { thresholdSteps } from '../data/display.ts';
import type { Field } from '../data/frame.ts';
import type { Scale } from './scale.ts';
import { customOf } from './series-style.ts';
import { withAlpha, type Theme } from './theme.ts';

type Marks = Pick<LineSeriesOption, 'markLine' | 'markArea'>;

/** Of what lies beyond a limit. */
const AREA_OPACITY = 0.12;
const LINE_OPACITY = 0.8;

/** Lines at the limits and a tint of what lies beyond them, as far as the axis reaches. */
export function thresholdMarks(fields: readonly Field[], scale: Scale, theme: Theme): Marks {
  const settings = fields.find((field) => modeOf(field) !== 'off')?.settings;
  if (!settings) return {};
  const mode = modeOf({ settings });
  const steps = thresholdSteps(settings).map(({ value, color }) => ({
    at: value === null ? scale.min : scale.place(value),
    base: value === null,
    color: theme.color(color),
  }));
  const areas = steps.flatMap(({ at, color }, index) => {
    const from = Math.max(at, scale.min);
    const to = Math.min(steps[index + 1]?.at ?? scale.max, scale.max);
    return color === 'transparent' || to <= from ? [] : [area(from, to, withAlpha(color, AREA_OPACITY))];
  });
  const lines = steps.filter(
    ({ at, base, color }) => !base && color !== 'transparent' && at >= scale.min && at <= scale.max,
  );
  const type = mode.includes('dashed') ? [10, 10] : ('solid' as const);
  return {
    ...(mode.includes('area') && { markArea: { silent: true, data: areas } }),
    ...(/line|dashed/.test(mode) && {
      markLine: {
        silent: true,
        symbol: 'none',
        label: { show: false },
        data: lines.map(({ at, color }) => ({
          yAxis: at,
          lineStyle: { color: withAlpha(color, LINE_OPACITY), width: 2, type },
        })),
      },
    }),
  };
}

function area(
  from: number,
  to: number,
  color: string,
): [{ yAxis: number; itemStyle: object }, { yAxis: number }] {
  return [{ yAxis: from, itemStyle: { color } }, { yAxis: to }];
}

function modeOf({ settings }: Pick<Field, 'settings'>): string {
  return customOf(settings).thresholdsStyle?.mode ?? 'off';
}
