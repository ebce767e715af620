import { interpolate } from '../../testing/interpolate.ts';
import { parseDuration } from '../../testing/query-step.ts';
import type { AnnotationJson } from '../dashboard-json.ts';
import type { Labels } from './frame.ts';
import type { QueryContext } from './run-targets.ts';

/** A time that is marked in every graph; in milliseconds since 1970. */
export interface Annotation {
  readonly from: number;
  /** Later than `from` for something that lasted. */
  readonly to: number;
  readonly title: string;
  readonly color: string;
  /** Which panels show it; all where it is undefined. */
  readonly filter?: AnnotationJson['filter'];
}

const DEFAULT_STEP = '60s';
const DEFAULT_COLOR = 'red';

/** Enabled annotations from Prometheus: each series' stretches of non-zero values, as Grafana makes them. */
export async function readAnnotations(
  list: readonly AnnotationJson[],
  context: QueryContext,
): Promise<readonly Annotation[]> {
  const enabled = list.filter(({ enable, builtIn, expr }) => enable !== false && builtIn !== 1 && expr);
  return (await Promise.all(enabled.map(async (json) => read(json, context)))).flat();
}

export function appliesTo({ filter }: Annotation, panelId: number | undefined): boolean {
  if (!filter?.ids || panelId === undefined) return true;
  return filter.ids.includes(panelId) !== (filter.exclude ?? false);
}

async function read(json: AnnotationJson, context: QueryContext): Promise<Annotation[]> {
  const { source, from, to, scrapeSeconds, variables } = context;
  const step = Math.max(parseDuration(json.step ? json.step : DEFAULT_STEP), (to - from) / 10_000);
  const expr = interpolate(json.expr ?? '', {
    variables,
    rateIntervalSeconds: Math.max(step + scrapeSeconds, 4 * scrapeSeconds),
    stepSeconds: step,
    rangeSeconds: to - from,
  });
  const start = Math.floor(from / step) * step;
  const series = await source.range(expr, start, Math.floor(to / step) * step, step);
  return series.flatMap(({ metric, values }) => {
    const common = {
      title: write(json.titleFormat ?? json.name, metric),
      color: json.iconColor ?? DEFAULT_COLOR,
      ...(json.filter && { filter: json.filter }),
    };
    const times = values.filter(([, value]) => value !== 0).map(([time]) => time);
    return stretches(times, step).map(([first, last]) => ({
      from: first * 1_000,
      to: last * 1_000,
      ...common,
    }));
  });
}

/** [first, last] of times that follow each other by no more than a step. */
function stretches(times: readonly number[], step: number): [number, number][] {
  const found: [number, number][] = [];
  for (const time of times) {
    const last = found.at(-1);
    if (last && time - last[1] <= step * 1.01) last[1] = time;
    else found.push([time, time]);
  }
  return found;
}

function write(format: string, labels: Labels): string {
  return format.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, label: string) => labels[label] ?? '');
}
