import { nameOf, numberFields, numbersOf, timesOf, type Field } from '../data/frame.ts';
import type { PanelModel } from '../data/panel-model.ts';
import { formatTick } from '../data/units.ts';
import { schemeColor } from './color-schemes.ts';
import type { Size } from './html.ts';
import { annotationMarks, timeAxis, X_AXIS_HEIGHT } from './plot-frame.ts';
import { TICK_FONT_SIZE, timeTicks } from './scale.ts';
import { svgChart } from './svg-chart.ts';
import { textWidth } from './text-width.ts';
import { withAlpha } from './theme.ts';
import type { DrawContext } from './timeseries.ts';

interface Cell {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly color: string;
}

interface ColorOptions {
  readonly mode?: string;
  readonly scheme?: string;
  readonly scale?: string;
  readonly exponent?: number;
  readonly reverse?: boolean;
  readonly fill?: string;
  readonly min?: number;
  readonly max?: number;
}

const TOP = 8;
const EDGE = 8;
const LABEL_PIXELS = 16;

/** Buckets over time, their counts as colours. Rows are as high as each other, as Grafana draws classic buckets. */
export function drawHeatmap(model: PanelModel, size: Size, context: DrawContext): string {
  const { options = {} } = model.panel;
  if (options['calculate'] === true) throw new Error('a heatmap that makes buckets itself is not drawn here');
  const rows = rowsOf(model);
  const cells = cellsOf(rows, options, context);
  const labels = rows.map(({ field }) => label(nameOf(field), options));
  return svgChart(chart(labels, cells, size, context), size);
}

interface Row {
  readonly field: Field;
  readonly times: readonly number[];
}

/** In the order of the answer; rows that all have numbers for names from the lowest to the highest. */
function rowsOf({ frames }: PanelModel): Row[] {
  const rows = frames.flatMap((frame) =>
    numberFields(frame).map((field) => ({ field, times: timesOf(frame) })),
  );
  const numbers = rows.map(({ field }) => bound(nameOf(field)));
  if (numbers.some(Number.isNaN)) return rows;
  return rows.toSorted((a, b) => bound(nameOf(a.field)) - bound(nameOf(b.field)));
}

function bound(name: string): number {
  return name === '+Inf' ? Number.POSITIVE_INFINITY : Number(name);
}

function label(name: string, options: Readonly<Record<string, unknown>>): string {
  const { unit } = (options['yAxis'] ?? {}) as { unit?: string };
  const value = bound(name);
  return Number.isFinite(value) && unit ? formatTick(value, unit) : name;
}

function cellsOf(
  rows: readonly Row[],
  options: Readonly<Record<string, unknown>>,
  { theme }: DrawContext,
): Cell[] {
  const color = (options['color'] ?? {}) as ColorOptions;
  const { le: hidden = 1e-9 } = (options['filterValues'] ?? {}) as { le?: number };
  let high = color.max ?? 0;
  if (color.max === undefined) {
    for (const { field } of rows) for (const value of numbersOf(field)) high = Math.max(high, value ?? 0);
  }
  const low = color.min ?? 0;
  const exponent = color.scale === 'linear' ? 1 : (color.exponent ?? 0.5);
  const cells: Cell[] = [];
  for (const [row, { field, times }] of rows.entries()) {
    const step = (times[1] ?? 0) - (times[0] ?? 0);
    for (const [index, value] of numbersOf(field).entries()) {
      if (value === null || Number.isNaN(value) || value <= hidden) continue;
      const share = high > low ? Math.max(0, (value - low) / (high - low)) : 1;
      // A sample stands for the time before it.
      const to = times[index] ?? 0;
      cells.push({ row, from: to - step, to, color: paint(color, share ** exponent, theme.color) });
    }
  }
  return cells;
}

function paint(color: ColorOptions, share: number, named: (name: string) => string): string {
  if (color.mode === 'opacity') return withAlpha(named(color.fill ?? 'dark-orange'), Math.max(0.05, share));
  return schemeColor(color.scheme ?? 'Oranges', color.reverse === true ? 1 - share : share);
}

function chart(
  labels: readonly string[],
  cells: readonly Cell[],
  { width, height }: Size,
  context: DrawContext,
) {
  const { theme, range, annotations } = context;
  const left = EDGE * 2 + Math.max(0, ...labels.map((text) => textWidth(text, TICK_FONT_SIZE)));
  const every = Math.ceil((labels.length * LABEL_PIXELS) / Math.max(1, height - TOP - X_AXIS_HEIGHT));
  const shown = new Map(
    labels.map((text, index) => [index + 1, text] as const).filter(([at]) => at % every === 0),
  );
  const { markLine } = annotationMarks(annotations, range, 0, theme);
  return {
    grid: { left, right: EDGE, top: TOP, bottom: X_AXIS_HEIGHT, outerBoundsMode: 'none' as const },
    xAxis: timeAxis(range, timeTicks(range.from, range.to, width - left - EDGE, EDGE), theme),
    yAxis: {
      type: 'value' as const,
      min: 0,
      max: Math.max(1, labels.length),
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: {
        // A bucket's name is its upper bound.
        customValues: [...shown.keys()],
        formatter: (value: number) => shown.get(value) ?? '',
        color: theme.axis,
        fontSize: TICK_FONT_SIZE,
        margin: 8,
      },
    },
    series: [
      {
        type: 'custom' as const,
        silent: true,
        clip: true,
        data: cells.map(({ row, from, to }) => [from, row, to]),
        renderItem: ({ dataIndex }: { dataIndex: number }, api: { coord: (at: number[]) => number[] }) => {
          const cell = cells[dataIndex];
          if (!cell) return undefined;
          const [x = 0, bottom = 0] = api.coord([Math.max(cell.from, range.from), cell.row]);
          const [right = 0, top = 0] = api.coord([cell.to, cell.row + 1]);
          return {
            type: 'rect' as const,
            shape: {
              x,
              y: top + 1,
              width: Math.max(0.5, right - x - 0.5),
              height: Math.max(1, bottom - top - 1),
            },
            style: { fill: cell.color },
          };
        },
      },
      { type: 'line' as const, data: [], silent: true, markLine },
    ],
  };
}
