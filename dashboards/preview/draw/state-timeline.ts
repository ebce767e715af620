import type { CustomSeriesOption } from 'echarts/charts';

import { display } from '../data/display.ts';
import { nameOf, timesOf, type Field, type Value } from '../data/frame.ts';
import type { PanelModel } from '../data/panel-model.ts';
import type { Size } from './html.ts';
import { legendOptions, placeLegend, type LegendItem } from './legend.ts';
import { annotationMarks, timeAxis, X_AXIS_HEIGHT } from './plot-frame.ts';
import { timeTicks } from './scale.ts';
import { customOf } from './series-style.ts';
import { FONT, svgChart, type ChartOption } from './svg-chart.ts';
import { textWidth } from './text-width.ts';
import { isLight, withAlpha } from './theme.ts';
import type { DrawContext } from './timeseries.ts';

interface Segment {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly value: Value;
  readonly text: string;
  readonly color: string;
}

const TOP = 4;
const EDGE = 8;
const TEXT_SIZE = 12;
const ROWS_PER_PAGE = 20;

/** One band a series, in stretches of the same value, each with its word where there is room. */
export function drawStateTimeline(model: PanelModel, size: Size, context: DrawContext): string {
  const perPage = Number(model.panel.options?.['perPage'] ?? ROWS_PER_PAGE);
  const bands = model.frames
    .flatMap((frame) =>
      frame.fields.filter(({ type }) => type !== 'time').map((field) => ({ field, times: timesOf(frame) })),
    )
    .slice(0, perPage);
  const merge = model.panel.options?.['mergeValues'] !== false;
  const segments = bands.flatMap(({ field, times }, row) => segmentsOf(field, times, row, merge, context));
  const legend = legendOptions(model.panel.options);
  return placeLegend(legend, states(segments), size, (plot) =>
    svgChart(
      chart(
        model,
        bands.map(({ field }) => nameOf(field)),
        segments,
        plot,
        context,
      ),
      plot,
    ),
  );
}

/** A value holds until the next one, or until the samples end. */
function segmentsOf(
  field: Field,
  times: readonly number[],
  row: number,
  merge: boolean,
  { theme, range }: DrawContext,
): Segment[] {
  const step = (times[1] ?? range.to) - (times[0] ?? range.from);
  const found: Segment[] = [];
  for (const [index, value] of field.values.entries()) {
    const from = times[index] ?? 0;
    const last = found.at(-1);
    if (value === null) continue;
    const to = Math.min(from + step, range.to);
    if (merge && last?.value === value && last.to >= from) {
      found[found.length - 1] = { ...last, to };
      continue;
    }
    const shown = display(value, field.settings);
    found.push({ row, from, to, value, text: shown.text, color: theme.color(shown.color ?? 'green') });
  }
  return found;
}

/** The states that occur. */
function states(segments: readonly Segment[]): LegendItem[] {
  const ordered = segments.toSorted((a, b) => Number(a.value) - Number(b.value));
  return [...new Map(ordered.map(({ text, color }) => [text, { name: text, color }])).values()];
}

function chart(
  { panel, frames }: PanelModel,
  names: readonly string[],
  segments: readonly Segment[],
  { width, height }: Size,
  { theme, range, annotations }: DrawContext,
): ChartOption {
  const left = EDGE * 2 + Math.max(0, ...names.map((name) => textWidth(name, TEXT_SIZE)));
  const rowHeight = (height - TOP - X_AXIS_HEIGHT) / Math.max(1, names.length);
  const share = Number(panel.options?.['rowHeight'] ?? 0.9);
  const settings = frames[0]?.fields.find(({ type }) => type !== 'time')?.settings;
  const opacity = (customOf(settings).fillOpacity ?? 70) / 100;
  const showText = panel.options?.['showValue'] !== 'never';
  const { markLine, markArea } = annotationMarks(annotations, range, 0, theme);
  const base = { type: 'line' as const, data: [], silent: true };
  return {
    grid: { left, right: EDGE, top: TOP, bottom: X_AXIS_HEIGHT, outerBoundsMode: 'none' },
    xAxis: timeAxis(range, timeTicks(range.from, range.to, width - left - EDGE, EDGE), theme),
    yAxis: {
      type: 'category',
      inverse: true,
      data: [...names],
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { color: theme.text, fontSize: TEXT_SIZE, margin: 8, interval: 0 },
    },
    series: [
      {
        type: 'custom',
        silent: true,
        clip: true,
        data: segments.map(({ row, from, to }) => [from, row, to]),
        renderItem: renderItem(segments, { rowHeight, share, opacity, showText }),
      },
      { ...base, markLine, markArea },
    ],
  };
}

interface Look {
  readonly rowHeight: number;
  readonly share: number;
  readonly opacity: number;
  readonly showText: boolean;
}

function renderItem(
  segments: readonly Segment[],
  { rowHeight, share, opacity, showText }: Look,
): NonNullable<CustomSeriesOption['renderItem']> {
  return ({ dataIndex, coordSys }, api) => {
    const segment = segments[dataIndex];
    const plot = coordSys as unknown as { x: number; width: number };
    if (!segment) return undefined;
    const [fromX = 0, middle = 0] = api.coord([segment.from, segment.row]);
    const [toX = 0] = api.coord([segment.to, segment.row]);
    const x = Math.max(fromX, plot.x);
    const width = Math.min(toX, plot.x + plot.width) - x;
    if (width <= 0) return undefined;
    const height = rowHeight * share;
    const fits = showText && textWidth(segment.text, TEXT_SIZE) + 8 < width && height >= TEXT_SIZE;
    const children = [
      {
        type: 'rect' as const,
        shape: { x, y: middle - height / 2, width, height },
        style: { fill: withAlpha(segment.color, opacity) },
      },
      ...(fits
        ? [
            {
              type: 'text' as const,
              style: {
                text: segment.text,
                x: x + 5,
                y: middle,
                fill: isLight(segment.color) && opacity > 0.5 ? '#111217' : '#ffffff',
                font: `500 ${TEXT_SIZE}px ${FONT}`,
                verticalAlign: 'middle' as const,
              },
            },
          ]
        : []),
    ];
    return { type: 'group', children };
  };
}
