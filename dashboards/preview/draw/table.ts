import type { FieldSettings } from '../dashboard-json.ts';
import { display } from '../data/display.ts';
import { nameOf, type Field, type Value } from '../data/frame.ts';
import type { PanelModel } from '../data/panel-model.ts';
import { sortRows } from '../data/transformations.ts';
import { escapeHtml, type Size } from './html.ts';
import { isLight, withAlpha, type Theme } from './theme.ts';
import type { DrawContext } from './timeseries.ts';

interface ColumnSettings {
  readonly width?: number;
  readonly align?: 'auto' | 'left' | 'center' | 'right';
  readonly hidden?: boolean;
  readonly cellOptions?: { readonly type?: string; readonly mode?: string };
}

interface TableOptions {
  readonly cellHeight?: 'sm' | 'md' | 'lg' | 'auto';
  readonly showHeader?: boolean;
  readonly sortBy?: readonly { readonly displayName?: string; readonly desc?: boolean }[];
}

const ROW_HEIGHTS = { sm: 36, md: 42, lg: 48, auto: 36 } as const;
const HEADER_HEIGHT = 36;
const MIN_WIDTH = 70;
const CELL_TYPES = new Set(['auto', 'color-background', 'color-text', 'gauge']);

/** Rows and columns; a bar at the side tells of rows that there is no room for. */
export function drawTable({ panel, frames }: PanelModel, size: Size, { theme, range }: DrawContext): string {
  const options = (panel.options ?? {}) as TableOptions;
  const [frame] = frames;
  if (!frame) return '';
  const [sort] = options.sortBy ?? [];
  const sorted = sort ? sortRows(frame, sort.displayName ?? '', sort.desc === true) : frame;
  const fields = sorted.fields.filter(({ settings }) => columnOf(settings).hidden !== true);
  const widths = columnWidths(fields, size.width);
  const rowHeight = ROW_HEIGHTS[options.cellHeight ?? 'sm'];
  const header = options.showHeader === false ? 0 : HEADER_HEIGHT;
  const count = fields[0]?.values.length ?? 0;
  const fitting = Math.max(1, (size.height - header) / rowHeight);
  const shown = Math.min(count, Math.ceil(fitting));
  const rows = Array.from({ length: shown }, (_, row) => {
    const cells = fields.map((field) => cell(field, field.values[row] ?? null, theme, range.to));
    return `<tr style="height:${rowHeight}px">${cells.join('')}</tr>`;
  });
  const heads = fields
    .map((field) => `<th class="${alignment(field)}">${escapeHtml(nameOf(field))}</th>`)
    .join('');
  const columns = widths.map((width) => `<col style="width:${width}px">`).join('');
  const scrolling = count > fitting ? scrollBar(fitting / count, size.height - header) : '';
  const head = header > 0 ? `<tr style="height:${header}px">${heads}</tr>` : '';
  return `<table class="cells"><colgroup>${columns}</colgroup>${head}${rows.join('')}</table>${scrolling}`;
}

/** @param share of the rows that are in sight */
function scrollBar(share: number, height: number): string {
  return `<div class="scroll" data-scroll style="height:${height}px"><i style="height:${Math.round(share * height)}px"></i></div>`;
}

function columnOf(settings: FieldSettings | undefined): ColumnSettings {
  return settings?.custom ?? {};
}

/** Those without a width of their own share what is left. */
function columnWidths(fields: readonly Field[], total: number): number[] {
  const own = fields.map(({ settings }) => columnOf(settings).width);
  const free = own.filter((width) => width === undefined).length;
  const left = total - own.reduce<number>((sum, width) => sum + (width ?? 0), 0);
  return own.map((width) => width ?? Math.max(MIN_WIDTH, left / free));
}

function alignment({ settings, type }: Field): string {
  const align = columnOf(settings).align ?? 'auto';
  if (align !== 'auto') return align;
  return type === 'number' ? 'right' : 'left';
}

function cell(field: Field, value: Value, theme: Theme, nowMs: number): string {
  const settings = { ...field.settings, noValue: '' };
  const { text, color } = display(value, settings, nowMs);
  const { type = 'auto', mode } = columnOf(settings).cellOptions ?? {};
  if (!CELL_TYPES.has(type)) throw new Error(`table cells of type "${type}" are not drawn here`);
  const linked = (settings.links ?? []).length > 0 && text !== '';
  const inner = linked ? `<u>${escapeHtml(text)}</u>` : escapeHtml(text);
  const paint = value === null || color === undefined ? 'transparent' : theme.color(color);
  const style = paint === 'transparent' ? '' : styleOf(type, mode, paint);
  const bar = type === 'gauge' && typeof value === 'number' ? gauge(value, settings, paint, theme) : '';
  return `<td class="${alignment(field)}" style="${style}">${bar}<span>${inner}</span></td>`;
}

function styleOf(type: string, mode: string | undefined, color: string): string {
  if (type === 'color-text') return `color:${color}`;
  if (type !== 'color-background') return '';
  const ground = mode === 'gradient' ? `linear-gradient(120deg, ${withAlpha(color, 0.85)}, ${color})` : color;
  return `background:${ground};color:${isLight(color) ? '#111217' : '#ffffff'}`;
}

function gauge(value: number, { min, max }: FieldSettings, color: string, theme: Theme): string {
  const from = min ?? 0;
  const share = Math.min(1, Math.max(0, (value - from) / ((max ?? 100) - from)));
  const paint = color === 'transparent' ? theme.color('green') : color;
  return `<b class="gauge"><b style="width:${share * 100}%;background:${paint}"></b></b>`;
}
