import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const GENERATED = join(import.meta.dirname, '..', '..', 'generated');

/** The parts of Grafana's classic schema that dashboards of ours use; what stands in the files, not what the SDK says. */
export interface Dashboard {
  readonly uid?: string;
  readonly id?: number | null;
  readonly title?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly editable?: boolean;
  readonly refresh?: string;
  readonly timezone?: string;
  readonly schemaVersion?: number;
  readonly time?: { readonly from: string; readonly to: string };
  readonly panels?: readonly Panel[];
  readonly templating?: { readonly list?: readonly Variable[] };
  readonly annotations?: { readonly list?: readonly Annotation[] };
  readonly links?: readonly Link[];
}

export interface DatasourceRef {
  readonly type?: string;
  readonly uid?: string;
}

export interface Panel {
  readonly id?: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly datasource?: DatasourceRef | null;
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly interval?: string;
  readonly maxDataPoints?: number;
  readonly timeFrom?: string;
  readonly links?: readonly Link[];
  readonly targets?: readonly Target[];
  readonly collapsed?: boolean;
  /** Of a collapsed row. */
  readonly panels?: readonly Panel[];
  readonly transformations?: readonly { readonly id: string; readonly options?: unknown }[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig?: {
    readonly defaults?: FieldSettings;
    readonly overrides?: readonly {
      readonly matcher: { readonly id: string; readonly options?: unknown };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
}

export interface FieldSettings {
  readonly unit?: string;
  readonly mappings?: readonly Mapping[];
  readonly thresholds?: { readonly mode?: string; readonly steps?: readonly ThresholdStep[] };
  readonly links?: readonly Link[];
  readonly color?: { readonly mode?: string; readonly fixedColor?: string };
  readonly custom?: Readonly<Record<string, unknown>>;
}

export interface ThresholdStep {
  readonly value: number | null;
  readonly color: string;
}

export interface Mapping {
  readonly type: string;
  readonly options?: unknown;
}

export interface Target {
  readonly refId?: string;
  readonly expr?: string;
  readonly datasource?: DatasourceRef;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: string;
  readonly interval?: string;
  readonly hide?: boolean;
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly description?: string;
  readonly hide?: number | string;
  readonly skipUrlSync?: boolean;
  readonly query?: string | { readonly query?: string };
  readonly regex?: string;
  readonly datasource?: DatasourceRef | null;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly refresh?: number;
  readonly current?: {
    readonly value?: string | readonly string[];
    readonly text?: string | readonly string[];
  };
  readonly options?: readonly { readonly value?: string }[];
}

export interface Annotation {
  readonly name?: string;
  readonly enable?: boolean;
  readonly datasource?: DatasourceRef;
  readonly expr?: string;
  readonly step?: string;
  readonly target?: { readonly expr?: string };
  readonly builtIn?: number;
  readonly iconColor?: string;
}

export interface Link {
  readonly title?: string;
  readonly type?: string;
  readonly url?: string;
  readonly tags?: readonly string[];
  readonly tooltip?: string;
  readonly targetBlank?: boolean;
}

export interface DashboardFile {
  /** `overview` of `overview.json`. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly dashboard: Dashboard;
}

/** Those that are shipped. @throws where there is none */
export function dashboardFiles(): DashboardFile[] {
  const names = globSync('*.json', { cwd: GENERATED }).toSorted();
  if (names.length === 0) throw new Error(`no dashboard in ${GENERATED}`);
  return names.map((file) => {
    const path = join(GENERATED, file);
    const text = readFileSync(path, 'utf8');
    return { name: basename(file, '.json'), path, text, dashboard: JSON.parse(text) as Dashboard };
  });
}

/** All that draw something, those of collapsed rows with them, without the rows. */
export function panelsOf({ panels = [] }: Dashboard): Panel[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));
}

/** Panels that draw what a query answers. */
export function queryPanelsOf(dashboard: Dashboard): Panel[] {
  return panelsOf(dashboard).filter(({ type }) => type !== 'text');
}

export function variablesOf({ templating }: Dashboard): readonly Variable[] {
  return templating?.list ?? [];
}

export function annotationsOf({ annotations }: Dashboard): readonly Annotation[] {
  return annotations?.list ?? [];
}

/** Where a query of a variable stands, in either of the forms that Grafana writes. */
export function queryOf({ query }: Variable): string {
  return (typeof query === 'string' ? query : query?.query) ?? '';
}

export function exprOf({ expr, target }: Annotation): string {
  return target?.expr ?? expr ?? '';
}

/** For messages: panel 3 "Heartbeat". */
export function nameOf({ id, title }: Panel): string {
  return `panel ${id} "${title}"`;
}

/** Every link of a panel: of its title, of its fields, of overrides. */
export function linksOf({ links = [], fieldConfig }: Panel): Link[] {
  const overridden = (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.flatMap(({ id, value }) => (id === 'links' ? (value as Link[]) : [])),
  );
  return [...links, ...(fieldConfig?.defaults?.links ?? []), ...overridden];
}
