import { isEmpty, type PanelModel } from '../data/panel-model.ts';
import { appliesTo } from '../data/annotations.ts';
import { drawAlertList } from './alert-list.ts';
import { drawBarGauge } from './bar-gauge.ts';
import { drawHeatmap } from './heatmap.ts';
import { escapeHtml, type Size } from './html.ts';
import { drawStat } from './stat.ts';
import { drawStateTimeline } from './state-timeline.ts';
import { drawTable } from './table.ts';
import { drawText } from './text.ts';
import { drawTimeSeries, type DrawContext } from './timeseries.ts';

type Draw = (model: PanelModel, size: Size, context: DrawContext) => string;

const DRAWINGS: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  ['timeseries', drawTimeSeries],
  ['state-timeline', drawStateTimeline],
  ['heatmap', drawHeatmap],
  ['stat', drawStat],
  ['bargauge', drawBarGauge],
  ['table', drawTable],
  ['text', drawText],
  ['alertlist', drawAlertList],
]);

export const HEADER_HEIGHT = 34;
const BORDER = 1;
const PADDING = 8;

/** What a panel holds, drawn, and what went wrong. */
export interface DrawnPanel {
  readonly html: string;
  readonly problem: string | undefined;
}

/** One panel in its frame; a panel that cannot be drawn says so in its place. */
export function drawPanel(model: PanelModel, size: Size, context: DrawContext): DrawnPanel {
  const { panel } = model;
  const inner = {
    width: size.width - 2 * (BORDER + PADDING),
    height: size.height - 2 * BORDER - PADDING - (panel.title ? HEADER_HEIGHT : PADDING),
  };
  const { body, problem, state } = bodyOf(model, inner, context);
  const classes = panel.transparent === true ? 'panel transparent' : 'panel';
  const attributes = `class="${classes}" data-panel-id="${panel.id ?? ''}" data-type="${escapeHtml(panel.type)}" data-state="${state}"`;
  const style = `width:${size.width}px;height:${size.height}px`;
  const content = `<div class="body" style="width:${inner.width}px;height:${inner.height}px">${body}</div>`;
  return { html: `<section ${attributes} style="${style}">${headerOf(model)}${content}</section>`, problem };
}

function bodyOf(model: PanelModel, size: Size, context: DrawContext) {
  const fail = (problem: string) => ({
    body: `<div class="nothing failed">${escapeHtml(problem.split('\n')[0] ?? '')}</div>`,
    problem,
    state: 'failed' as const,
  });
  const { panel, problem } = model;
  if (problem !== undefined) return fail(problem);
  const draw = DRAWINGS.get(panel.type);
  if (!draw) return fail(`panels of type "${panel.type}" are not drawn here`);
  if (isEmpty(model)) {
    const text = panel.fieldConfig?.defaults?.noValue ?? 'No data';
    return {
      body: `<div class="nothing">${escapeHtml(text)}</div>`,
      problem: undefined,
      state: 'empty' as const,
    };
  }
  try {
    const annotations = context.annotations.filter((annotation) => appliesTo(annotation, panel.id));
    return {
      body: draw(model, size, { ...context, annotations }),
      problem: undefined,
      state: 'drawn' as const,
    };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function headerOf({ panel, problem }: PanelModel): string {
  if (!panel.title) return '';
  const info = panel.description ? '<i class="mark" title="description">i</i>' : '';
  const links = (panel.links ?? []).length > 0 ? '<i class="mark link">↗</i>' : '';
  const failed = problem === undefined ? '' : '<i class="mark failed">!</i>';
  return `<header style="height:${HEADER_HEIGHT}px"><h2>${escapeHtml(panel.title)}</h2>${info}${links}${failed}</header>`;
}
