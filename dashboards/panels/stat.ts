import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { ThresholdsConfigBuilder, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';

import { introduce, type About } from './about.ts';
import { DATASOURCE, instantTargets, type Lines } from './target.ts';
import { ofAnyBot } from './timeseries.ts';

export interface Stat extends About {
  readonly unit: string;
  readonly lines: Lines;
  readonly thresholds: ThresholdsConfigBuilder;
  readonly mappings?: readonly ValueMapping[];
  /** By legend: no colour, for numbers that are there to compare with. */
  readonly plain?: readonly string[];
}

/** Otherwise as small as the number of rows makes them. */
const [NAME_PIXELS, VALUE_PIXELS] = [16, 24];

/** Numbers, each a row with its name: readable with two as with eight. */
export function stat(panel: Stat): PanelBuilder {
  const builder = introduce(new PanelBuilder(), panel)
    .datasource(DATASOURCE)
    .targets(instantTargets(panel.lines))
    .unit(panel.unit)
    .thresholds(panel.thresholds)
    .mappings([...(panel.mappings ?? [])])
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Background)
    .justifyMode(BigValueJustifyMode.Center)
    .textMode(BigValueTextMode.ValueAndName)
    .orientation(VizOrientation.Horizontal)
    .text(new VizTextDisplayOptionsBuilder().titleSize(NAME_PIXELS).valueSize(VALUE_PIXELS))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  for (const name of panel.plain ?? []) {
    builder.overrideByRegexp(ofAnyBot(name), [
      { id: 'color', value: { mode: 'fixed', fixedColor: 'transparent' } },
      { id: 'mappings', value: [] },
    ]);
  }
  return builder;
}
