import { HeatmapCellLayout } from '@grafana/grafana-foundation-sdk/common';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  HeatmapTooltipBuilder,
  PanelBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';

import { introduce, type About } from './about.ts';
import { mostPoints } from './points.ts';
import { DATASOURCE, heatmapTargets } from './target.ts';

export interface Heatmap extends About {
  /** Of the vertical axis. */
  readonly unit: string;
  /** Buckets, summed by `le`. */
  readonly expr: string;
}

/** How values are spread, over time: of any number of processes in one picture. */
export function heatmap(panel: Heatmap): PanelBuilder {
  return introduce(new PanelBuilder(), panel)
    .datasource(DATASOURCE)
    .targets(heatmapTargets(panel.expr))
    .maxDataPoints(mostPoints([panel.expr]))
    .unit('short')
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .yAxis(new YAxisConfigBuilder().unit(panel.unit))
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Cividis')
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64)
        .reverse(false),
    )
    .tooltip(new HeatmapTooltipBuilder().yHistogram(false))
    .hideLegend();
}
