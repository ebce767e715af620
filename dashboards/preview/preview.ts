import { readAnnotations } from './data/annotations.ts';
import type { DashboardJson, PanelJson } from './dashboard-json.ts';
import { isEmpty, panelModel, type PanelModel } from './data/panel-model.ts';
import type { Source } from './data/prometheus-api.ts';
import type { QueryContext } from './data/run-targets.ts';
import { byName, resolveVariables } from './data/variables.ts';
import { drawPage, panelSize, type Page } from './draw/page.ts';
import { themeOf, type ThemeName } from './draw/theme.ts';
import { parseTime, type Range } from './time-range.ts';

export interface PreviewOptions {
  readonly source: Source;
  readonly scrapeSeconds: number;
  /** By default the dashboard's own. */
  readonly from?: string;
  readonly to?: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly width: number;
  readonly theme: ThemeName;
  readonly fonts: string;
}

export interface Preview {
  readonly page: Page;
  /** One line for each panel, in words: what failed. */
  readonly failures: readonly string[];
  /** Panels that should show something and have nothing to show. */
  readonly empty: readonly string[];
}

/** Asks for everything that a dashboard shows and draws it. */
export async function previewOf(dashboard: DashboardJson, options: PreviewOptions): Promise<Preview> {
  const { source, scrapeSeconds, variables: chosen, width } = options;
  const range = rangeOf(dashboard, options);
  const resolved = await resolveVariables(dashboard.templating?.list ?? [], {
    source,
    ...range,
    scrapeSeconds,
    chosen,
  });
  const context = { source, ...range, scrapeSeconds, variables: byName(resolved) };
  const models = await Promise.all(
    dashboard.panels.map(async (panel) =>
      panelModel(panel, { ...context, width: panelSize(panel, width).width } satisfies QueryContext),
    ),
  );
  const annotations = await readAnnotations(dashboard.annotations?.list ?? [], { ...context, width });
  const page = drawPage({
    dashboard,
    models,
    variables: resolved,
    context: {
      theme: themeOf(options.theme),
      range: { from: range.from * 1_000, to: range.to * 1_000 },
      annotations,
    },
    width,
    fonts: options.fonts,
  });
  return {
    page,
    failures: page.problems.map(({ panel, problem }) => `${nameOf(panel)}: ${problem}`),
    empty: models.filter(isUnexpectedlyEmpty).map(({ panel }) => nameOf(panel)),
  };
}

function rangeOf(dashboard: DashboardJson, { from, to, now }: PreviewOptions): Range {
  const range = {
    from: parseTime(from ?? dashboard.time?.from ?? 'now-1h', now),
    to: parseTime(to ?? dashboard.time?.to ?? 'now', now),
  };
  if (range.from >= range.to) throw new Error('expected a time range that begins before it ends');
  return range;
}

/** A panel that has a text for having nothing expects that. */
function isUnexpectedlyEmpty(model: PanelModel): boolean {
  return isEmpty(model) && model.panel.fieldConfig?.defaults?.noValue === undefined;
}

function nameOf({ id, title, type }: PanelJson): string {
  return `panel ${id ?? '?'} "${title ?? type}"`;
}
