import {
  AxisPlacement,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineStyleBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type DashboardLinkBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

import { introduce, type About } from './about.ts';
import { always, thresholdSteps, type Limits } from './limits.ts';
import { COLORS } from '../colors.ts';
import { IN_BOT } from '../select.ts';
import { mostPoints } from './points.ts';
import { DATASOURCE, rangeTargets, type Lines } from './target.ts';

export interface TimeSeries extends About {
  /** Grafana's id of the unit: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
  readonly unit: string;
  readonly lines: Lines;
  /** Drawn as dashed lines, with what lies beyond them tinted. */
  readonly limits?: Limits;
  /** Logarithmic: small values stay readable beside large ones; zero has its place at the bottom. */
  readonly scale?: 'log';
  /** The axis reaches at least this far, so that a limit is in sight and noise does not look like trouble. */
  readonly upTo?: number;
  readonly bars?: boolean;
  readonly stacked?: boolean;
  /** By legend: a fixed colour, dashed where it is only for comparison. */
  readonly styles?: Readonly<Record<string, { readonly color: string; readonly dashed?: boolean }>>;
  /** Names leave no room for numbers beside them. */
  readonly longNames?: boolean;
  /** Opened by a click on a line; may name the line's labels. */
  readonly dataLinks?: readonly DashboardLinkBuilder[];
}

const LINE_WIDTH = 2;
/** Columns that leave room beside the graph. */
const WIDE = 12;
/** On a logarithmic axis values below this lie next to zero: a millisecond, or one of what is counted. */
const LOG_FLOOR = { seconds: 0.001, counted: 1 };
/** A gap longer than this is a gap; a shorter one, one lost scrape. */
const BRIDGED_MS = 60_000;

export function timeSeries(panel: TimeSeries): PanelBuilder {
  const { limits, styles = {}, upTo } = panel;
  const builder = introduce(new PanelBuilder(), panel)
    .datasource(DATASOURCE)
    .targets(rangeTargets(panel.lines))
    .maxDataPoints(mostPoints(panel.lines.map(([, expr]) => expr)))
    .unit(panel.unit)
    .min(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .thresholds(limits ? thresholdSteps(limits) : always(COLORS.none))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        limits ? GraphThresholdsStyleMode.DashedAndArea : GraphThresholdsStyleMode.Off,
      ),
    )
    .drawStyle(panel.bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineWidth(panel.bars ? 0 : LINE_WIDTH)
    .fillOpacity(panel.bars ? 80 : panel.stacked ? 25 : 0)
    .showPoints(VisibilityMode.Never)
    .spanNulls(BRIDGED_MS)
    .axisPlacement(AxisPlacement.Auto)
    .scaleDistribution(scaleOf(panel))
    .stacking(
      new StackingConfigBuilder().mode(
        (panel.stacked ?? panel.bars) ? StackingMode.Normal : StackingMode.None,
      ),
    )
    .legend(legendOf(panel))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .dataLinks([...(panel.dataLinks ?? [])]);
  if (upTo !== undefined) builder.axisSoftMax(upTo);
  for (const [name, { color, dashed }] of Object.entries(styles)) {
    const properties = [
      { id: 'color', value: { mode: 'fixed', fixedColor: color } },
      ...(dashed ? [{ id: 'custom.lineStyle', value: DASHED }] : []),
      // A line of everything together is of nothing that a click could lead to.
      ...(panel.dataLinks ? [{ id: 'links', value: [] }] : []),
    ];
    const ofEachBot = panel.lines.some(([line]) => line === `${name}${IN_BOT}`);
    if (ofEachBot) builder.overrideByRegexp(ofAnyBot(name), properties);
    else builder.overrideByName(name, properties);
  }
  return builder;
}

/** Beside a wide graph, of its worst ones first and with numbers; below a narrow one, or what has few lines. */
function legendOf({ width, lines, bars, longNames }: TimeSeries): VizLegendOptionsBuilder {
  const legend = new VizLegendOptionsBuilder().showLegend(true);
  const ofMany = lines.some(([name]) => name.includes('{{'));
  if (width < WIDE || !ofMany || bars || longNames) {
    return legend.displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).calcs([]);
  }
  return legend
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Right)
    .calcs(['lastNotNull', 'max'])
    .sortBy('Max')
    .sortDesc(true);
}

/** Which bot stands behind the name, where several are looked at. */
export function ofAnyBot(name: string): string {
  return `/^${name}( in |$)/`;
}

const DASHED = new LineStyleBuilder().fill('dash').dash([8, 6]).build();

function scaleOf({ scale, unit }: TimeSeries): ScaleDistributionConfigBuilder {
  if (scale !== 'log') return new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear);
  return new ScaleDistributionConfigBuilder()
    .type(ScaleDistribution.Symlog)
    .log(10)
    .linearThreshold(unit === 's' ? LOG_FLOOR.seconds : LOG_FLOOR.counted);
}
