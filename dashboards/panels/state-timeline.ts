import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type DashboardLinkBuilder,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';

import { introduce, type About } from './about.ts';
import { mostPoints } from './points.ts';
import { DATASOURCE, rangeTargets, type Lines } from './target.ts';

export interface StateTimeline extends About {
  readonly lines: Lines;
  /** Value -> word and colour. */
  readonly mappings: readonly ValueMapping[];
  readonly dataLinks?: readonly DashboardLinkBuilder[];
}

/** One band a series, divided by what it was when; each part bears its word. */
export function stateTimeline(panel: StateTimeline): PanelBuilder {
  return introduce(new PanelBuilder(), panel)
    .datasource(DATASOURCE)
    .targets(rangeTargets(panel.lines))
    .maxDataPoints(mostPoints(panel.lines.map(([, expr]) => expr)))
    .unit('none')
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .mappings([...panel.mappings])
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.85)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .dataLinks([...(panel.dataLinks ?? [])]);
}
