import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** The datasource that the dashboard's variable chooses. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Legend and expression, in the order in which they are drawn. */
export type Lines = readonly (readonly [legend: string, expr: string])[];

const REF_IDS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Queries over the range shown. */
export function rangeTargets(lines: Lines): DataqueryBuilder[] {
  return lines.map(([legend, expr], index) => target(index, expr).range().legendFormat(legend));
}

/** Queries of the last moment of the range shown. */
export function instantTargets(lines: Lines): DataqueryBuilder[] {
  return lines.map(([legend, expr], index) => target(index, expr).instant().legendFormat(legend));
}

/** Queries of the last moment whose labels become columns. */
export function tableTargets(exprs: readonly string[]): DataqueryBuilder[] {
  return exprs.map((expr, index) => target(index, expr).instant().format(PromQueryFormat.Table));
}

/** Buckets of a histogram. */
export function heatmapTargets(expr: string): DataqueryBuilder[] {
  return [target(0, expr).range().format(PromQueryFormat.Heatmap).legendFormat('{{le}}')];
}

function target(index: number, expr: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(REF_IDS.charAt(index)).datasource(DATASOURCE).expr(expr);
}
