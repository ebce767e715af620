import { display, thresholdColor } from '../data/display.ts';
import { nameOf, numbersOf, timesOf, type Field, type Frame, type Value } from '../data/frame.ts';
import type { PanelModel } from '../data/panel-model.ts';
import { reduce } from '../data/reduce.ts';
import { fieldColor } from './field-color.ts';
import { escapeHtml, type Size } from './html.ts';
import { svgChart } from './svg-chart.ts';
import { textWidth } from './text-width.ts';
import { isLight, withAlpha } from './theme.ts';
import type { DrawContext } from './timeseries.ts';

/** One large number. */
export interface BigValue {
  readonly name: string;
  readonly value: Value;
  readonly text: string;
  readonly color: string;
  readonly field: Field;
  readonly frame: Frame;
}

interface StatOptions {
  readonly colorMode?: 'value' | 'background' | 'background_solid' | 'none';
  readonly graphMode?: 'area' | 'none';
  /** In pixels; by default what fits. */
  readonly text?: { readonly titleSize?: number; readonly valueSize?: number };
  readonly textMode?: 'auto' | 'value' | 'value_and_name' | 'name' | 'none';
  readonly justifyMode?: 'auto' | 'center';
  readonly orientation?: 'auto' | 'horizontal' | 'vertical';
  readonly wideLayout?: boolean;
}

const GAP = 8;
const PADDING = 10;
const LINE_HEIGHT = 1.2;
const MAX_VALUE_SIZE = 90;
const MAX_NAME_SIZE = 30;
/** A tile that is this much wider than high has the name beside the value. */
const WIDE = 2.5;

/** Every value of the panel after the calculation that its options name. */
export function bigValues({ panel, frames }: PanelModel, { theme, range }: DrawContext): BigValue[] {
  const {
    calcs = ['lastNotNull'],
    values = false,
    fields = '',
  } = (panel.options?.['reduceOptions'] ?? {}) as {
    calcs?: readonly string[];
    values?: boolean;
    fields?: string;
  };
  if (values) throw new Error('"all values" of a stat or gauge is not drawn here');
  const wanted = frames.flatMap((frame) =>
    frame.fields
      .filter(({ type, name }) =>
        fields === '' ? type === 'number' : type !== 'time' && matches(fields, name),
      )
      .map((field) => ({ field, frame })),
  );
  return wanted.map(({ field, frame }, index) => {
    const value =
      field.type === 'number'
        ? reduce(numbersOf(field), calcs[0] ?? 'lastNotNull')
        : (field.values.findLast((each) => each !== null) ?? null);
    const settings = field.settings ?? {};
    const shown = display(value, settings, range.to);
    const fixed = settings.color !== undefined && settings.color.mode !== 'thresholds';
    const byThreshold = typeof value === 'number' ? thresholdColor(value, settings) : undefined;
    const mapped = shown.color !== byThreshold ? shown.color : undefined;
    const color = mapped ?? (fixed ? fieldColor(field, index, theme) : (byThreshold ?? 'green'));
    return { name: nameOf(field), value, text: shown.text, color: theme.color(color), field, frame };
  });
}

function matches(fields: string, name: string): boolean {
  return new RegExp(fields.replace(/^\/(.*)\/$/s, '$1')).test(name);
}

/** Tiles beside each other or, in a high panel, below each other. */
export function drawStat(model: PanelModel, { width, height }: Size, context: DrawContext): string {
  const options = (model.panel.options ?? {}) as StatOptions;
  const values = bigValues(model, context);
  const auto = options.orientation ?? 'auto';
  const across = auto === 'auto' ? width > height : auto === 'vertical';
  const share = (length: number) => (length - GAP * (values.length - 1)) / Math.max(1, values.length);
  const tile = across ? { width: share(width), height } : { width, height: share(height) };
  const named =
    options.textMode === 'value_and_name' ||
    options.textMode === 'name' ||
    (options.textMode ?? 'auto') === 'auto';
  const withNames =
    options.textMode === 'value' ? false : named && (values.length > 1 || options.textMode !== 'auto');
  // As in Grafana the longest of all decides: tiles are compared with each other.
  const longest = (texts: readonly string[]) =>
    texts.reduce((most, text) => (textWidth(text, 1) > textWidth(most, 1) ? text : most), '');
  const sample = {
    name: longest(values.map(({ name }) => name)),
    text: longest(values.map(({ text }) => text)),
  };
  const tiles = values.map((value) => drawTile(value, tile, options, withNames, context, sample));
  return `<div class="stats ${across ? 'across' : 'down'}">${tiles.join('')}</div>`;
}

function drawTile(
  value: BigValue,
  { width, height }: Size,
  options: StatOptions,
  named: boolean,
  context: DrawContext,
  sample: { readonly name: string; readonly text: string },
): string {
  const { colorMode = 'value', graphMode = 'area' } = options;
  const filled = colorMode === 'background' || colorMode === 'background_solid';
  const blank = value.color === 'transparent';
  const ground = filled && !blank ? `background:${groundOf(value.color, colorMode)}` : '';
  const ink = filled
    ? blank
      ? context.theme.text
      : isLight(value.color)
        ? '#111217'
        : '#ffffff'
    : value.color;
  const text = options.textMode === 'name' ? '' : options.textMode === 'none' ? '' : value.text;
  const wide = named && options.wideLayout !== false && width / height > WIDE;
  const fitting = fontSizes(
    sample.name,
    sample.text,
    { width: width - PADDING * 2, height: height - PADDING * 2 },
    named,
    wide,
  );
  const { titleSize, valueSize } = options.text ?? {};
  const sizes = { ...fitting, ...(titleSize && { name: titleSize }), ...(valueSize && { value: valueSize }) };
  const center = options.justifyMode === 'center' || (!named && graphMode === 'none');
  const spark = graphMode === 'area' ? sparkline(value, { width, height: height * 0.4 }, context) : '';
  const classes = [
    'tile',
    wide ? 'wide' : 'stacked',
    center && !wide ? 'center' : '',
    spark ? 'with-graph' : '',
  ];
  const name = named
    ? `<div class="name" style="font-size:${sizes.name}px">${escapeHtml(value.name)}</div>`
    : '';
  const number = text
    ? `<div class="value" style="font-size:${sizes.value}px">${escapeHtml(text)}</div>`
    : '';
  const style = `width:${width}px;height:${height}px;color:${ink};${ground}`;
  return `<div class="${classes.join(' ')}" style="${style}">${spark}${name}${number}</div>`;
}

function groundOf(color: string, mode: StatOptions['colorMode']): string {
  return mode === 'background_solid' ? color : `linear-gradient(120deg, ${withAlpha(color, 0.85)}, ${color})`;
}

/** As large as they fit, the name no larger than a reader needs. */
function fontSizes(name: string, value: string, { width, height }: Size, named: boolean, wide: boolean) {
  const fit = (text: string, w: number, h: number, most: number) =>
    Math.floor(Math.min(most, h / LINE_HEIGHT, (w / Math.max(1, textWidth(text, 100))) * 100));
  if (!named) return { name: 0, value: fit(value, width, height, MAX_VALUE_SIZE) };
  if (wide) {
    return {
      name: fit(name, width * 0.5, height, MAX_NAME_SIZE),
      value: fit(value, width * 0.45, height, MAX_VALUE_SIZE),
    };
  }
  return {
    name: Math.max(10, fit(name, width, height * 0.25, MAX_NAME_SIZE)),
    value: fit(value, width, height * 0.62, MAX_VALUE_SIZE),
  };
}

function sparkline({ field, frame, color }: BigValue, size: Size, { range }: DrawContext): string {
  const times = timesOf(frame);
  const values = numbersOf(field);
  if (times.length < 2) return '';
  return `<div class="spark">${svgChart(
    {
      grid: { left: 0, right: 0, top: 2, bottom: 0 },
      xAxis: { type: 'value', min: range.from, max: range.to, show: false },
      yAxis: { type: 'value', show: false, scale: true, ...(field.settings?.min === 0 && { min: 0 }) },
      series: [
        {
          type: 'line',
          silent: true,
          showSymbol: false,
          data: values.map((value, index) => [times[index] ?? 0, value]),
          lineStyle: { color, width: 1 },
          areaStyle: { color, opacity: 0.25 },
        },
      ],
    },
    size,
  )}</div>`;
}
