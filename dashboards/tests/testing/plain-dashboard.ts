import type {
  Dashboard,
  FieldConfig,
  FieldConfigSource,
  Panel,
  RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type * as stat from '@grafana/grafana-foundation-sdk/stat';
import type * as stateTimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import type * as table from '@grafana/grafana-foundation-sdk/table';
import type * as text from '@grafana/grafana-foundation-sdk/text';
import type * as timeSeries from '@grafana/grafana-foundation-sdk/timeseries';

/** What JSON can be of a type: enums by their values, methods left out, `any` as it is. */
type Plain<T> = unknown extends T
  ? T
  : T extends string
    ? `${T}`
    : T extends number
      ? `${T}` extends `${infer Value extends number}`
        ? Value
        : never
      : T extends readonly (infer Each)[]
        ? Plain<Each>[]
        : T extends object
          ? { [Key in keyof T as T[Key] extends (...given: never[]) => unknown ? never : Key]: Plain<T[Key]> }
          : T;

type PanelOf<Type extends string, Options, Custom> = Omit<
  Panel,
  'type' | 'options' | 'fieldConfig' | 'targets'
> & {
  type: Type;
  options: Options;
  targets?: Dataquery[];
  fieldConfig?: {
    defaults: Omit<FieldConfig, 'custom'> & { custom?: Custom };
    overrides: FieldConfigSource['overrides'];
  };
};

type KnownPanel =
  | PanelOf<'timeseries', timeSeries.Options, timeSeries.FieldConfig>
  | PanelOf<'stat', stat.Options, never>
  | PanelOf<'table', table.Options, table.FieldConfig>
  | PanelOf<'state-timeline', stateTimeline.Options, stateTimeline.FieldConfig>
  | PanelOf<'heatmap', heatmap.Options, heatmap.FieldConfig>
  | PanelOf<'text', text.Options, never>;

/** A dashboard's file: of Grafana's own types, which the SDK generates from its schema. */
export type PlainDashboard = Plain<Omit<Dashboard, 'panels'> & { panels: (KnownPanel | RowPanel)[] }>;
