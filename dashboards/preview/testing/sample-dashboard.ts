import {
  BigValueColorMode,
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  QueryVariableBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

/** Colours that nothing else on the page has. */
export const LINE = '#12ab34';
export const ALARM = '#cd3412';

/** @param gap query of the stat: of what is shown */
export function sampleDashboard(gap = 'max(sample_gap_seconds{shard=~"$shard"})'): Dashboard {
  const limits = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    { value: 30, color: ALARM },
  ]);
  const query = (expr: string) => new DataqueryBuilder().expr(expr).refId('A');
  return new DashboardBuilder('Sample')
    .uid('sample')
    .time({ from: 'now-15s', to: 'now' })
    .withVariable(
      new QueryVariableBuilder('shard')
        .label('Shard')
        .query('label_values(sample_gap_seconds, shard)')
        .definition('label_values(sample_gap_seconds, shard)')
        .multi(true)
        .includeAll(true)
        .current({ selected: true, text: 'All', value: '$__all' }),
    )
    .withPanel(
      new TimeSeries()
        .title('Events')
        .unit('ops')
        .span(12)
        .height(6)
        .lineWidth(3)
        .legend(new VizLegendOptionsBuilder().showLegend(true))
        .colorScheme({ build: () => ({ mode: 'fixed' as never, fixedColor: LINE }) })
        .withTarget(query('sum(rate(sample_events_total[$__rate_interval]))').legendFormat('events')),
    )
    .withPanel(
      new Stat()
        .title('Longest gap')
        .unit('s')
        .span(6)
        .height(6)
        .colorMode(BigValueColorMode.BackgroundSolid)
        .graphMode(BigValueGraphMode.None)
        .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
        .thresholds(limits)
        .withTarget(query(gap).instant()),
    )
    .withPanel(
      new Table()
        .title('Shards')
        .span(6)
        .height(6)
        .withTarget(
          query('sample_gap_seconds')
            .instant()
            .format('table' as never),
        ),
    )
    .build();
}
