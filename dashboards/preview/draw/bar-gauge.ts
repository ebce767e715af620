import type { PanelModel } from '../data/panel-model.ts';
import { escapeHtml, type Size } from './html.ts';
import { bigValues, type BigValue } from './stat.ts';
import { withAlpha, type Theme } from './theme.ts';
import type { DrawContext } from './timeseries.ts';

const GAP = 8;
const MAX_ROW = 42;

/** A bar a value, lying; each as long as its share of the field's range. */
export function drawBarGauge(model: PanelModel, { height }: Size, context: DrawContext): string {
  const { orientation = 'auto', displayMode = 'gradient' } = model.panel.options ?? {};
  if (orientation === 'vertical') throw new Error('a standing bar gauge is not drawn here');
  const values = bigValues(model, context);
  const most = Math.max(...values.map(({ value }) => (typeof value === 'number' ? value : 0)), 0);
  const rowHeight = Math.min(MAX_ROW, (height - GAP * (values.length - 1)) / Math.max(1, values.length));
  const rows = values.map((value) => {
    const paint = value.color === 'transparent' ? context.theme.text : value.color;
    return `<div class="bar" style="height:${rowHeight}px"><div class="name">${escapeHtml(value.name)}</div>
      <div class="track" style="background:${context.theme.unfilled}">${fill(value, most, paint, displayMode)}</div>
      <div class="value" style="color:${inkOf(paint, context.theme)}">${escapeHtml(value.text)}</div></div>`;
  });
  return `<div class="bars" style="gap:${GAP}px">${rows.join('')}</div>`;
}

function fill({ value, field }: BigValue, most: number, color: string, mode: unknown): string {
  const min = field.settings?.min ?? 0;
  const max = field.settings?.max ?? most;
  const share =
    typeof value === 'number' && max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
  const ground = mode === 'basic' ? withAlpha(color, 0.35) : color;
  return `<div style="width:${(share * 100).toFixed(2)}%;background:${ground};border-right:2px solid ${color}"></div>`;
}

function inkOf(color: string, theme: Theme): string {
  return color === 'transparent' ? theme.text : color;
}
