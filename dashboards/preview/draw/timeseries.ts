import type { Annotation } from '../data/annotations.ts';
import { nameOf, numberFields, numbersOf, timesOf } from '../data/frame.ts';
import type { PanelModel } from '../data/panel-model.ts';
import { formatTick } from '../data/units.ts';
import { fieldColor } from './field-color.ts';
import type { Size } from './html.ts';
import { legendOptions, placeLegend } from './legend.ts';
import { annotationMarks, timeAxis, X_AXIS_HEIGHT, type TimeRange } from './plot-frame.ts';
import { scaleOf, TICK_FONT_SIZE, timeTicks, type Scale } from './scale.ts';
import { axisSettings, seriesStyle } from './series-style.ts';
import { lineSeries, stackValues, type Curve } from './series.ts';
import { svgChart, type ChartOption } from './svg-chart.ts';
import { textWidth } from './text-width.ts';
import type { Theme } from './theme.ts';
import { thresholdMarks } from './threshold-marks.ts';

export interface DrawContext {
  readonly theme: Theme;
  readonly range: TimeRange;
  readonly annotations: readonly Annotation[];
}

interface Axis {
  readonly unit: string;
  readonly curves: readonly Curve[];
  readonly scale: Scale;
  readonly right: boolean;
}

const TOP = 8;
const EDGE = 8;
const LABEL_GAP = 8;

/** Lines, points and bars over time. */
export function drawTimeSeries(model: PanelModel, size: Size, context: DrawContext): string {
  const curves = curvesOf(model, context.theme);
  const legend = legendOptions(model.panel.options);
  return placeLegend(
    legend,
    curves
      .filter(({ style }) => style.inLegend)
      .map(({ field, color }) => ({ name: nameOf(field), color, field })),
    size,
    (plot) => svgChart(chart(curves, plot, context), plot),
  );
}

function curvesOf(model: PanelModel, theme: Theme): Curve[] {
  const fields = model.frames.flatMap((frame) => {
    const times = timesOf(frame);
    return numberFields(frame).map((field) => ({ field, times }));
  });
  const curves = fields.map(({ field, times }, index): Curve => {
    const style = seriesStyle(field);
    return {
      field,
      times,
      values: numbersOf(field).map((value) => (value === null || !Number.isFinite(value) ? null : value)),
      color: fieldColor(field, index, theme),
      style,
    };
  });
  return stackValues(curves.filter(({ style }) => !style.hidden));
}

function chart(
  curves: readonly Curve[],
  { width, height }: Size,
  { theme, range, annotations }: DrawContext,
): ChartOption {
  const plotHeight = height - TOP - X_AXIS_HEIGHT;
  const axes = axesOf(curves, plotHeight);
  const [first] = axes;
  const left = EDGE + widest(axes.find(({ right }) => !right)) + LABEL_GAP;
  const right = EDGE + widest(axes.find((axis) => axis.right));
  const ticks = timeTicks(range.from, range.to, width - left - right, right);
  const base = { type: 'line' as const, data: [], silent: true, animation: false };
  const bottom = first?.scale.min ?? 0;
  const { markArea, markLine, markPoint } = annotationMarks(annotations, range, bottom, theme);
  return {
    grid: { left, right, top: TOP, bottom: X_AXIS_HEIGHT, outerBoundsMode: 'none' },
    xAxis: timeAxis(range, ticks, theme),
    yAxis: (axes.length > 0 ? axes : [undefined]).map((axis) => valueAxis(axis, theme)),
    series: [
      {
        ...base,
        markLine: gridLines(
          first,
          ticks.map(({ at }) => at),
          theme,
        ),
      },
      ...axes.map((axis, index) => ({
        ...base,
        yAxisIndex: index,
        ...thresholdMarks(
          axis.curves.map(({ field }) => field),
          axis.scale,
          theme,
        ),
      })),
      { ...base, markArea, markLine, markPoint },
      ...axes.flatMap((axis, index) => lineSeries(axis.curves, index, axis.scale)),
    ],
  };
}

/** One axis a unit: the first on the left, the next on the right, as Grafana places them. */
function axesOf(curves: readonly Curve[], pixels: number): Axis[] {
  const byUnit = Map.groupBy(curves, ({ field }) => field.settings?.unit ?? '');
  return [...byUnit].map(([unit, members], index) => {
    const settings = members.map(({ field }) => axisSettings(field));
    const values = members.flatMap(({ values, stacked }) => [...values, ...(stacked ?? [])]);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of values) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const scale = scaleOf({
      low: Number.isFinite(low) ? low : 0,
      high: Number.isFinite(high) ? high : 1,
      pixels,
      distribution: settings[0]?.distribution ?? 'linear',
      linearThreshold: settings[0]?.linearThreshold ?? 1,
      base: /^(?:bytes|bits|binBps)$/.test(unit) ? 1024 : 10,
      ...limit(
        'hardMin',
        settings.map(({ min }) => min),
      ),
      ...limit(
        'hardMax',
        settings.map(({ max }) => max),
      ),
      ...limit(
        'softMin',
        settings.map(({ softMin }) => softMin),
      ),
      ...limit(
        'softMax',
        settings.map(({ softMax }) => softMax),
      ),
    });
    const placement = settings[0]?.placement ?? 'auto';
    return {
      unit,
      curves: members,
      scale,
      right: placement === 'right' || (placement === 'auto' && index > 0),
    };
  });
}

function limit<Name extends string>(
  name: Name,
  values: readonly (number | undefined)[],
): { [K in Name]?: number } {
  const value = values.find((each) => each !== undefined);
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: number };
}

function labelOf(axis: Axis, value: number): string {
  return formatTick(value, axis.unit, axis.curves[0]?.field.settings?.decimals);
}

function widest(axis: Axis | undefined): number {
  if (!axis) return 0;
  return Math.max(0, ...axis.scale.ticks.map((tick) => textWidth(labelOf(axis, tick), TICK_FONT_SIZE)));
}

function valueAxis(axis: Axis | undefined, theme: Theme) {
  if (!axis) return { type: 'value' as const, min: 0, max: 1, show: false };
  const { scale } = axis;
  const texts = new Map(scale.ticks.map((tick) => [scale.place(tick), labelOf(axis, tick)]));
  return {
    type: 'value' as const,
    position: axis.right ? ('right' as const) : ('left' as const),
    min: scale.min,
    max: scale.max,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      customValues: [...texts.keys()],
      formatter: (value: number) => texts.get(value) ?? '',
      color: theme.axis,
      fontSize: TICK_FONT_SIZE,
      margin: LABEL_GAP,
      showMinLabel: true,
      showMaxLabel: true,
    },
  };
}

function gridLines(axis: Axis | undefined, times: readonly number[], theme: Theme) {
  const lineStyle = { color: theme.grid, type: 'solid' as const, width: 1 };
  return {
    silent: true,
    symbol: 'none',
    label: { show: false },
    data: [
      ...(axis?.scale.ticks ?? []).map((tick) => ({ yAxis: axis?.scale.place(tick) ?? 0, lineStyle })),
      ...times.map((xAxis) => ({ xAxis, lineStyle })),
    ],
  };
}
