import type { PanelJson } from '../dashboard-json.ts';
import { applyFieldConfig } from './field-config.ts';
import type { Frame } from './frame.ts';
import type { ActiveAlert } from './prometheus-api.ts';
import { runTargets, type QueryContext } from './run-targets.ts';
import { transform } from './transformations.ts';

/** A panel and what it shows. */
export interface PanelModel {
  readonly panel: PanelJson;
  readonly frames: readonly Frame[];
  /** Why nothing can be shown. */
  readonly problem?: string;
  /** Of an alert list only. */
  readonly alerts?: readonly ActiveAlert[];
}

/** Those without queries. */
const STILL = new Set(['row', 'text', 'alertlist']);

/** Asks, transforms and configures; what fails is said in the model, so that the rest can be drawn. */
export async function panelModel(panel: PanelJson, context: QueryContext): Promise<PanelModel> {
  try {
    if (panel.repeat) throw new Error('repeated panels are not drawn here');
    if (panel.timeFrom) throw new Error('a panel with a time of its own is not drawn here');
    if (panel.type === 'alertlist') return { panel, frames: [], alerts: await context.source.alerts() };
    if (STILL.has(panel.type)) return { panel, frames: [] };
    const raw = await runTargets(panel, context);
    const frames = applyFieldConfig(transform(raw, panel.transformations), panel.fieldConfig);
    return { panel, frames };
  } catch (error) {
    return { panel, frames: [], problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether a panel that should show something has nothing to show. */
export function isEmpty({ panel, frames, problem }: PanelModel): boolean {
  if (problem !== undefined || STILL.has(panel.type)) return false;
  return frames.every(({ fields }) =>
    fields
      .filter(({ type }) => type !== 'time')
      .every(({ values }) => values.every((value) => value === null)),
  );
}
