import type { LineSeriesOption } from 'echarts/charts';

import type { Annotation } from '../data/annotations.ts';
import { TICK_FONT_SIZE, type TimeTick } from './scale.ts';
import { withAlpha, type Theme } from './theme.ts';

/** What is the same in all panels over time. */
export interface TimeRange {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

export const X_AXIS_HEIGHT = 22;

/** The time axis with its grid lines. */
export function timeAxis({ from, to }: TimeRange, ticks: readonly TimeTick[], theme: Theme, shown = true) {
  const texts = new Map(ticks.map(({ at, text }) => [at, text]));
  const values = ticks.map(({ at }) => at);
  return {
    type: 'value' as const,
    min: from,
    max: to,
    axisLine: { show: false },
    axisTick: { show: shown, customValues: values, length: 4, lineStyle: { color: theme.grid } },
    axisLabel: {
      show: shown,
      customValues: values,
      formatter: (value: number) => texts.get(value) ?? '',
      color: theme.axis,
      fontSize: TICK_FONT_SIZE,
      margin: 7,
    },
    splitLine: { show: false },
  };
}

type Marks = Required<Pick<LineSeriesOption, 'markArea' | 'markLine' | 'markPoint'>>;

/** Lines, areas and little triangles below them; drawn by a series without data of its own. */
export function annotationMarks(
  annotations: readonly Annotation[],
  range: TimeRange,
  bottom: number,
  theme: Theme,
): Marks {
  const inside = annotations.filter(({ from, to }) => to >= range.from && from <= range.to);
  const lasting = inside.filter(({ from, to }) => to > from);
  const edges = inside.flatMap(({ from, to, color }) =>
    [...new Set([from, to])].map((at) => ({ at, color: theme.color(color) })),
  );
  const visible = edges.filter(({ at }) => at >= range.from && at <= range.to);
  return {
    markArea: {
      silent: true,
      data: lasting.map(
        ({ from, to, color }) =>
          [
            { xAxis: Math.max(from, range.from), itemStyle: { color: withAlpha(theme.color(color), 0.1) } },
            { xAxis: Math.min(to, range.to) },
          ] satisfies [object, object],
      ),
    },
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      data: visible.map(({ at, color }) => ({
        xAxis: at,
        lineStyle: { color: withAlpha(color, 0.85), type: [4, 4], width: 1 },
      })),
    },
    markPoint: {
      silent: true,
      symbol: 'triangle',
      symbolSize: [9, 6],
      symbolOffset: [0, 3],
      label: { show: false },
      data: inside
        .filter(({ from }) => from >= range.from)
        .map(({ from, color, title }) => ({
          name: title,
          xAxis: from,
          yAxis: bottom,
          itemStyle: { color: theme.color(color) },
        })),
    },
  };
}
