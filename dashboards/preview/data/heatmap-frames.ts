import { TIME, type Field, type Frame } from './frame.ts';
import type { Series } from './prometheus-api.ts';

/** What a histogram's buckets are told apart by. */
const BUCKET = 'le';

/** Cumulative buckets as Prometheus has them, made into counts of their own, from the lowest to the highest. */
export function heatmapFrames(refId: string, series: readonly Series[], times: readonly number[]): Frame[] {
  const buckets = series
    .map(({ metric, values }) => ({ le: boundOf(metric[BUCKET]), name: metric[BUCKET] ?? '', values }))
    .toSorted((a, b) => a.le - b.le);
  if (buckets.length === 0) return [];
  const stamps = times.map((time) => Math.round(time * 1_000));
  let below: (number | null)[] = stamps.map(() => 0);
  const fields = buckets.map(({ name, values }): Field => {
    const at = new Map(values.map(([time, value]) => [Math.round(time * 1_000), value]));
    const cumulative = stamps.map((stamp) => at.get(stamp) ?? null);
    const own = cumulative.map((value, index) => {
      const lower = below[index] ?? 0;
      return value === null ? null : Math.max(0, value - lower);
    });
    below = cumulative;
    return { name, type: 'number', displayName: name, labels: { [BUCKET]: name }, values: own };
  });
  return [{ refId, fields: [{ name: TIME, type: 'time', values: stamps }, ...fields] }];
}

function boundOf(le: string | undefined): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
}
