import type { DashboardJson, PanelJson } from '../dashboard-json.ts';
import type { PanelModel } from '../data/panel-model.ts';
import type { ResolvedVariable } from '../data/variables.ts';
import { escapeHtml, type Size } from './html.ts';
import { drawPanel } from './panel.ts';
import { styleSheet } from './style-sheet.ts';
import { textWidth } from './text-width.ts';
import type { DrawContext } from './timeseries.ts';

export interface PageParts {
  readonly dashboard: DashboardJson;
  readonly models: readonly PanelModel[];
  readonly variables: readonly ResolvedVariable[];
  readonly context: DrawContext;
  /** In pixels. */
  readonly width: number;
  /** Of `@font-face` rules. */
  readonly fonts: string;
}

export interface Page extends Size {
  readonly html: string;
  /** Panels that could not be drawn, with the reason. */
  readonly problems: readonly { readonly panel: PanelJson; readonly problem: string }[];
}

/** Grafana's grid: 24 columns, rows of 30 pixels, gaps of 8. */
const COLUMNS = 24;
const ROW_HEIGHT = 30;
const GAP = 8;
const EDGE = 16;
const NAVIGATION_HEIGHT = 48;
const CONTROLS_HEIGHT = 40;
const CONTROLS_FONT_SIZE = 12;
const FOOT_HEIGHT = 28;

/** The size that a panel has on a page of this width, in pixels. */
export function panelSize({ gridPos: { w, h } }: PanelJson, pageWidth: number): Size {
  return { width: Math.floor(w * column(pageWidth) - GAP), height: h * (ROW_HEIGHT + GAP) - GAP };
}

function column(pageWidth: number): number {
  return (pageWidth - 2 * EDGE + GAP) / COLUMNS;
}

/** A whole page, with everything that it needs. */
export function drawPage(parts: PageParts): Page {
  const { dashboard, models, context, width, fonts } = parts;
  const bottom = Math.max(...models.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h), 1);
  const head = headOf(parts);
  const height = head.height + bottom * (ROW_HEIGHT + GAP) + FOOT_HEIGHT;
  const problems: Page['problems'][number][] = [];
  const boxes = models.map((model) => {
    const { panel } = model;
    const left = EDGE + Math.round(panel.gridPos.x * column(width));
    const top = head.height + panel.gridPos.y * (ROW_HEIGHT + GAP);
    const place = `left:${left}px;top:${top}px`;
    if (panel.type === 'row') return `<h3 class="row" style="${place}">${rowTitle(panel)}</h3>`;
    const { html, problem } = drawPanel(model, panelSize(panel, width), context);
    if (problem !== undefined) problems.push({ panel, problem });
    return `<div class="place" style="${place}">${html}</div>`;
  });
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(dashboard.title)}</title>
<style>${fonts}${styleSheet(context.theme)}</style></head>
<body style="width:${width}px;height:${height}px">${head.html}${boxes.join('\n')}
<footer style="top:${height - FOOT_HEIGHT}px">Preview drawn from the dashboard’s JSON and its queries, not a screenshot of Grafana. Times in UTC.</footer>
</body></html>`;
  return { html, width, height, problems };
}

function rowTitle({ title = '', collapsed, panels = [] }: PanelJson): string {
  const count = collapsed === true ? ` <em>(${panels.length} panels)</em>` : '';
  return `<i>${collapsed === true ? '›' : '⌄'}</i> ${escapeHtml(title)}${count}`;
}

interface Head {
  readonly html: string;
  readonly height: number;
}

function headOf({ dashboard, variables, context: { range }, width }: PageParts): Head {
  const clock = (at: number) => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  const path = ['Home', 'Dashboards', dashboard.title]
    .map((part) => `<span>${escapeHtml(part)}</span>`)
    .join('<i>›</i>');
  const controls = controlsOf(dashboard, variables);
  const links = (dashboard.links ?? []).map(({ title = '' }) => `${title} ↗`);
  const linksWidth = links.reduce((sum, text) => sum + textWidth(text, CONTROLS_FONT_SIZE) + 34, 0);
  const rows = rowsFor(controls, width - 2 * EDGE - linksWidth);
  const html = `<nav><div class="path">${path}</div>
<div class="time"><b>${clock(range.from)} to ${clock(range.to)}</b><b>⟳ ${escapeHtml(dashboard.refresh ?? '')}</b></div></nav>
<div class="controls"><div class="choices">${controls.map((control) => control.html).join('')}</div>
<div class="links">${links.map((text) => `<a>${escapeHtml(text)}</a>`).join('')}</div></div>`;
  return { html, height: NAVIGATION_HEIGHT + rows * CONTROLS_HEIGHT + GAP };
}

interface Control {
  readonly html: string;
  /** About, in pixels. */
  readonly width: number;
}

/** Variables, and annotations that can be switched. */
function controlsOf({ annotations }: DashboardJson, variables: readonly ResolvedVariable[]): Control[] {
  const chosen = variables
    .filter(({ hidden }) => !hidden)
    .map(({ label, text }) => ({
      html: `<span><label>${escapeHtml(label)}</label><b>${escapeHtml(text || 'None')}</b></span>`,
      width: textWidth(label + (text || 'None'), CONTROLS_FONT_SIZE) + 50,
    }));
  const marks = (annotations?.list ?? [])
    .filter(({ hide, builtIn }) => hide !== true && builtIn !== 1)
    .map(({ name, enable }) => ({
      html: `<label class="switch ${enable === false ? 'off' : 'on'}">${escapeHtml(name)}<i></i></label>`,
      width: textWidth(name, CONTROLS_FONT_SIZE) + 64,
    }));
  return [...chosen, ...marks];
}

function rowsFor(controls: readonly Control[], width: number): number {
  let rows = 1;
  let used = 0;
  for (const control of controls) {
    if (used > 0 && used + control.width > width) {
      rows += 1;
      used = 0;
    }
    used += control.width;
  }
  return rows;
}
