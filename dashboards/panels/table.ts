import { TableCellHeight, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DashboardLinkBuilder, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';

import { introduce, type About } from './about.ts';
import { always, thresholdSteps, type Limits } from './limits.ts';
import { COLORS } from '../colors.ts';
import { DATASOURCE, tableTargets } from './target.ts';
import { BOT } from '../select.ts';

export interface Column {
  /** Label, or `Value` (`Value #A`, `Value #B`, ... where there are several queries). */
  readonly from: string;
  readonly title: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly width?: number;
  readonly mappings?: readonly ValueMapping[];
  /** Cells are coloured by the alert's limits; the numbers stay readable. */
  readonly limits?: Limits;
  readonly links?: readonly DashboardLinkBuilder[];
}

export interface Table extends About {
  /** One row for each label set; rows of several queries with the same labels become one. */
  readonly exprs: readonly string[];
  readonly columns: readonly Column[];
  readonly sortBy: { readonly title: string; readonly descending: boolean };
  /** What stands there when there is no row. */
  readonly empty: string;
}

/** Of the row; there is no such column where there is no such label, as on Swarm. */
export const WHICH_BOT: Column = { from: BOT, title: 'Namespace', width: 100 };

export function table(panel: Table): PanelBuilder {
  const builder = introduce(new PanelBuilder(), panel)
    .datasource(DATASOURCE)
    .targets(tableTargets(panel.exprs))
    .unit('none')
    .noValue(panel.empty)
    .thresholds(always(COLORS.none))
    .cellHeight(TableCellHeight.Sm)
    .sortBy([
      new TableSortByFieldStateBuilder().displayName(panel.sortBy.title).desc(panel.sortBy.descending),
    ])
    .transformations([
      ...(panel.exprs.length > 1 ? [{ id: 'merge', options: {} }] : []),
      {
        id: 'filterFieldsByName',
        options: { include: { names: panel.columns.map(({ from }) => from) } },
      },
      {
        id: 'organize',
        options: {
          excludeByName: {},
          indexByName: Object.fromEntries(panel.columns.map(({ from }, index) => [from, index])),
          renameByName: Object.fromEntries(panel.columns.map(({ from, title }) => [from, title])),
        },
      },
    ]);
  for (const column of panel.columns) builder.overrideByName(column.title, propertiesOf(column));
  return builder;
}

function propertiesOf({ unit, decimals, width, mappings, limits, links }: Column) {
  const coloured = mappings !== undefined || limits !== undefined;
  return [
    ...(unit ? [{ id: 'unit', value: unit }] : []),
    ...(decimals !== undefined ? [{ id: 'decimals', value: decimals }] : []),
    ...(mappings ? [{ id: 'custom.align', value: 'left' }] : []),
    ...(width ? [{ id: 'custom.width', value: width }] : []),
    ...(mappings ? [{ id: 'mappings', value: mappings }] : []),
    ...(limits ? [{ id: 'thresholds', value: thresholdSteps(limits).build() }] : []),
    ...(coloured ? [{ id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } }] : []),
    ...(links ? [{ id: 'links', value: links.map((link) => link.build()) }] : []),
  ];
}
