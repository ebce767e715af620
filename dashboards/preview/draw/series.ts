import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts';

import { nameOf, type Field } from '../data/frame.ts';
import { barSeries } from './bars.ts';
import type { Scale } from './scale.ts';
import type { SeriesStyle } from './series-style.ts';
import { stackedArea } from './stacked-area.ts';

type SeriesOption = CustomSeriesOption | LineSeriesOption;

/** A series with its colour, as it is drawn. */
export interface Curve {
  readonly field: Field;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  /** Where it is stacked: on top of those below it. */
  readonly stacked?: readonly (number | null)[];
  readonly color: string;
  readonly style: SeriesStyle;
}

const POINT_SIZE = 5;

/** Adds up the series of each stack, from the first to the last. */
export function stackValues(curves: readonly Curve[]): Curve[] {
  const totals = new Map<string, Map<number, number>>();
  return curves.map((curve) => {
    const { style, times } = curve;
    const values = style.negative
      ? curve.values.map((value) => (value === null ? null : -value))
      : curve.values;
    if (style.stack === undefined) return { ...curve, values };
    const key = `${style.stack}/${style.draw}/${curve.field.settings?.unit ?? ''}`;
    const total = totals.get(key) ?? new Map<number, number>();
    totals.set(key, total);
    const stacked = values.map((value, index) => {
      if (value === null) return null;
      const time = times[index] ?? 0;
      const sum = (total.get(time) ?? 0) + value;
      total.set(time, sum);
      return sum;
    });
    return { ...curve, values, stacked };
  });
}

export function lineSeries(curves: readonly Curve[], axis: number, scale: Scale): SeriesOption[] {
  const areas = curves
    .filter(({ stacked, style }) => stacked !== undefined && style.draw === 'line' && style.fill > 0)
    .map((curve) => stackedArea(curve, axis, scale));
  const others = curves.map((curve) =>
    curve.style.draw === 'bars' ? barSeries(curve, axis, scale) : line(curve, axis, scale),
  );
  return [...areas, ...others];
}

function line(curve: Curve, axis: number, scale: Scale): LineSeriesOption {
  const { style, color, field } = curve;
  const points = pointsOf(curve, scale);
  const marked = style.draw === 'points' || style.points === 'always';
  const alone = style.points === 'auto' ? lonely(points) : new Set<number>();
  return {
    type: 'line',
    name: nameOf(field),
    yAxisIndex: axis,
    silent: true,
    clip: true,
    data: points,
    smooth: style.smooth ? 0.3 : false,
    ...(style.step && { step: style.step }),
    symbol: 'circle',
    showSymbol: marked || alone.size > 0,
    showAllSymbol: true,
    symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) =>
      marked || alone.has(dataIndex) ? POINT_SIZE : 0,
    itemStyle: { color },
    lineStyle: {
      color,
      width: style.draw === 'points' ? 0 : style.lineWidth,
      ...(style.dash && { type: [...style.dash] }),
    },
    ...(style.fill > 0 &&
      curve.stacked === undefined && { areaStyle: { color, opacity: style.fill, origin: 'start' as const } }),
  };
}

/** Gaps that are short enough are left out, so that the line goes on. */
function pointsOf({ times, values, stacked, style }: Curve, scale: Scale): [number, number | null][] {
  const heights = stacked ?? values;
  const points: [number, number | null][] = [];
  let gap: [number, null][] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const [index, value] of heights.entries()) {
    const at = times[index] ?? 0;
    if (value === null) {
      gap.push([at, null]);
      continue;
    }
    if (at - lastAt > style.bridgedMs) points.push(...gap);
    gap = [];
    points.push([at, scale.place(value)]);
    lastAt = at;
  }
  return points;
}

/** Samples without a neighbour, of which no line would show anything. */
function lonely(points: readonly (readonly [number, number | null])[]): Set<number> {
  const found = new Set<number>();
  for (const [index, [, value]] of points.entries()) {
    const before = points[index - 1]?.[1] ?? null;
    const after = points[index + 1]?.[1] ?? null;
    if (value !== null && before === null && after === null) found.add(index);
  }
  return found;
}
