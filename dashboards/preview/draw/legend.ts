import { display } from '../data/display.ts';
import { numbersOf, type Field } from '../data/frame.ts';
import { reduce, titleOfCalculation } from '../data/reduce.ts';
import { escapeHtml, type Size } from './html.ts';
import { textWidth } from './text-width.ts';

export interface LegendOptions {
  readonly shown: boolean;
  readonly table: boolean;
  readonly right: boolean;
  readonly calcs: readonly string[];
  readonly sortBy: string | undefined;
  readonly descending: boolean;
}

export interface LegendItem {
  readonly name: string;
  readonly color: string;
  /** Undefined where the item stands for a state. */
  readonly field?: Field;
}

const ROW_HEIGHT = 24;
const FONT_SIZE = 12;
/** Of the panel, at most. */
const MAX_SHARE = 0.4;

export function legendOptions(options: Readonly<Record<string, unknown>> | undefined): LegendOptions {
  const legend = (options?.['legend'] ?? {}) as Readonly<Record<string, unknown>>;
  const mode = legend['displayMode'] ?? 'list';
  return {
    shown: legend['showLegend'] !== false && mode !== 'hidden',
    table: mode === 'table',
    right: legend['placement'] === 'right',
    calcs: (legend['calcs'] as readonly string[] | undefined) ?? [],
    sortBy: legend['sortBy'] as string | undefined,
    descending: legend['sortDesc'] === true,
  };
}

/** A plot with its legend below or beside it; `draw` is told the size that is left. */
export function placeLegend(
  legend: LegendOptions,
  items: readonly LegendItem[],
  { width, height }: Size,
  draw: (plot: Size) => string,
): string {
  if (!legend.shown || items.length === 0) return draw({ width, height });
  const html = legend.table ? tableLegend(legend, items) : listLegend(legend, items);
  if (legend.right) {
    const side = Math.min(Math.round(width * MAX_SHARE), sideWidth(legend, items));
    const plot = draw({ width: width - side, height });
    return `<div class="beside">${plot}<div class="legend" style="width:${side}px;height:${height}px">${html}</div></div>`;
  }
  const rows = legend.table ? items.length + 1 : listRows(legend, items, width);
  const below = Math.min(
    rows * ROW_HEIGHT,
    Math.max(ROW_HEIGHT, Math.floor((height * MAX_SHARE) / ROW_HEIGHT) * ROW_HEIGHT),
  );
  const plot = draw({ width, height: height - below });
  return `${plot}<div class="legend" style="height:${below}px">${html}</div>`;
}

function sideWidth({ table, calcs }: LegendOptions, items: readonly LegendItem[]): number {
  const names = Math.max(...items.map(({ name }) => textWidth(name, FONT_SIZE)));
  return Math.round(names + 50 + (table ? calcs.length * 78 : 0));
}

function calculated({ field }: LegendItem, calculation: string): string {
  return field
    ? display(reduce(numbersOf(field), calculation), { ...field.settings, mappings: [] }).text
    : '';
}

function entry({ name, color }: LegendItem): string {
  return `<i class="dash" style="background:${escapeHtml(color)}"></i>${escapeHtml(name)}`;
}

function listLegend({ calcs }: LegendOptions, items: readonly LegendItem[]): string {
  const parts = items.map((item) => {
    const values = calcs.map(
      (calc) => `<em>${titleOfCalculation(calc)}: ${escapeHtml(calculated(item, calc))}</em>`,
    );
    return `<span class="item">${entry(item)}${values.join('')}</span>`;
  });
  return `<div class="list">${parts.join('')}</div>`;
}

function listRows({ calcs }: LegendOptions, items: readonly LegendItem[], width: number): number {
  let rows = 1;
  let used = 0;
  for (const item of items) {
    const values = calcs.map((calc) => `${titleOfCalculation(calc)}: ${calculated(item, calc)}  `).join('');
    const needed = 34 + textWidth(item.name + values, FONT_SIZE);
    if (used > 0 && used + needed > width) {
      rows += 1;
      used = 0;
    }
    used += needed;
  }
  return rows;
}

function tableLegend({ calcs, sortBy, descending }: LegendOptions, items: readonly LegendItem[]): string {
  const sorting = calcs.find((calc) => titleOfCalculation(calc) === sortBy);
  const sorted =
    sorting === undefined ? items : items.toSorted((a, b) => compareBy(a, b, sorting, descending));
  const heads = calcs.map((calc) => `<th>${titleOfCalculation(calc)}</th>`).join('');
  const rows = sorted.map((item) => {
    const cells = calcs.map((calc) => `<td>${escapeHtml(calculated(item, calc))}</td>`).join('');
    return `<tr><td class="name">${entry(item)}</td>${cells}</tr>`;
  });
  return `<table><tr><th class="name">Name</th>${heads}</tr>${rows.join('')}</table>`;
}

function compareBy(a: LegendItem, b: LegendItem, calculation: string, descending: boolean): number {
  const [first, second] = [a, b].map(({ field }) =>
    field ? (reduce(numbersOf(field), calculation) ?? 0) : 0,
  );
  return ((first ?? 0) - (second ?? 0)) * (descending ? -1 : 1);
}
