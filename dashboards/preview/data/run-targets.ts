import { interpolate, rateInterval, type VariableValue } from '../../testing/interpolate.ts';
import { parseDuration, queryStep } from '../../testing/query-step.ts';
import type { PanelJson, TargetJson } from '../dashboard-json.ts';
import { TIME, VALUE, type Frame, type Labels } from './frame.ts';
import { heatmapFrames } from './heatmap-frames.ts';
import type { Sample, Series, Source } from './prometheus-api.ts';

export interface QueryContext {
  readonly source: Source;
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** How often this Prometheus scrapes: no step is finer, and rates need four of it. */
  readonly scrapeSeconds: number;
  readonly variables: Readonly<Record<string, VariableValue>>;
  /** Of the panel, in pixels: a query asks for no more points than that. */
  readonly width: number;
}

/** A query that Prometheus refused, with where it stands. */
export class TargetFailed extends Error {
  readonly code = 'TARGET_FAILED';
}

/** The answers to all targets of a panel, in their order. @throws {TargetFailed} */
export async function runTargets(panel: PanelJson, context: QueryContext): Promise<Frame[]> {
  const targets = (panel.targets ?? []).filter(({ hide }) => hide !== true);
  const tables = targets.filter(({ format }) => format === 'table').length;
  const answers = await Promise.all(
    targets.map(async (target, index) => runTarget(panel, target, context, { index, tables })),
  );
  return answers.flat();
}

interface Place {
  readonly index: number;
  readonly tables: number;
}

async function runTarget(
  panel: PanelJson,
  target: TargetJson,
  context: QueryContext,
  { index, tables }: Place,
): Promise<Frame[]> {
  const refId = target.refId ?? String.fromCodePoint(65 + index);
  const { expr: template, format = 'time_series' } = target;
  if (template === undefined) throw new TargetFailed(`target ${refId} has no expression`);
  const { source, from, to, variables, scrapeSeconds, width } = context;
  const minStep = target.interval ?? panel.interval;
  const scrape = minStep === undefined || minStep === '' ? scrapeSeconds : parseDuration(minStep);
  const step = queryStep(to - from, panel.maxDataPoints ?? width, scrape);
  let expr = template;
  try {
    const rateIntervalSeconds = rateInterval(scrape, step);
    const values = { variables, rateIntervalSeconds, stepSeconds: step, rangeSeconds: to - from };
    expr = interpolate(template, values);
    // Before labels: a variable may hold one.
    const legendFormat = interpolate(target.legendFormat ?? '', values);
    if (target.instant === true && target.range !== true) {
      const samples = await source.instant(expr, to);
      if (format === 'table')
        return [tableFrame(refId, samples, to, tables > 1 ? `${VALUE} #${refId}` : VALUE)];
      return seriesFrames(
        refId,
        samples.map(({ metric, value }) => ({ metric, values: [[to, value] as const] })),
        [to],
        legendFormat,
      );
    }
    const start = Math.floor(from / step) * step;
    const end = Math.floor(to / step) * step;
    const series = await source.range(expr, start, end, step);
    const times = timesBetween(start, end, step);
    if (format === 'heatmap') return heatmapFrames(refId, series, times);
    if (format === 'table') throw new Error('a table of a whole range is not drawn here: make it instant');
    return seriesFrames(refId, series, times, legendFormat);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TargetFailed(`target ${refId}: ${reason}\n    ${expr.replaceAll('\n', '\n    ')}`, {
      cause: error,
    });
  }
}

export function timesBetween(start: number, end: number, step: number): number[] {
  const count = Math.floor((end - start) / step + 1e-6) + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => start + index * step);
}

/** One frame a series; a step without a sample is `null`, so that gaps stay gaps. Times in milliseconds. */
function seriesFrames(
  refId: string,
  series: readonly Series[],
  times: readonly number[],
  legend: string | undefined,
): Frame[] {
  return series.map(({ metric, values }) => {
    const at = new Map(values.map(([time, value]) => [Math.round(time * 1_000), value]));
    const displayName = legendOf(metric, legend);
    const { __name__: _, ...labels } = metric;
    return {
      refId,
      fields: [
        { name: TIME, type: 'time', values: times.map((time) => Math.round(time * 1_000)) },
        {
          name: VALUE,
          type: 'number',
          labels,
          displayName,
          values: times.map((time) => at.get(Math.round(time * 1_000)) ?? null),
        },
      ],
    };
  });
}

function legendOf(metric: Labels, legend: string | undefined): string {
  if (legend && legend !== '__auto') {
    return legend.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, label: string) => metric[label] ?? '');
  }
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? name || VALUE : `${name}{${pairs.join(', ')}}`;
}

/** One row a sample; a column for each label that any of them has. */
function tableFrame(refId: string, samples: readonly Sample[], at: number, valueName: string): Frame {
  const names = [...new Set(samples.flatMap(({ metric }) => Object.keys(metric)))].toSorted();
  return {
    refId,
    fields: [
      { name: TIME, type: 'time', values: samples.map(() => at * 1_000) },
      ...names.map((name) => ({
        name,
        type: 'string' as const,
        values: samples.map(({ metric }) => metric[name] ?? null),
      })),
      { name: valueName, type: 'number', values: samples.map(({ value }) => value) },
    ],
  };
}
