/** The parts of Grafana's classic dashboard schema that a picture depends on. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly tags?: readonly string[];
  readonly time?: { readonly from: string; readonly to: string };
  readonly timezone?: string;
  readonly refresh?: string;
  readonly panels: readonly PanelJson[];
  readonly templating?: { readonly list?: readonly VariableJson[] };
  readonly annotations?: { readonly list?: readonly AnnotationJson[] };
  readonly links?: readonly LinkJson[];
}

export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PanelJson {
  readonly id?: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: GridPos;
  readonly transparent?: boolean;
  readonly collapsed?: boolean;
  /** Of a collapsed row. */
  readonly panels?: readonly PanelJson[];
  readonly repeat?: string;
  readonly targets?: readonly TargetJson[];
  readonly interval?: string;
  readonly maxDataPoints?: number;
  readonly transformations?: readonly TransformationJson[];
  readonly fieldConfig?: FieldConfigJson;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly links?: readonly LinkJson[];
  readonly timeFrom?: string;
}

export interface TargetJson {
  readonly refId?: string;
  readonly expr?: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: 'time_series' | 'table' | 'heatmap';
  readonly interval?: string;
  readonly hide?: boolean;
}

export interface TransformationJson {
  readonly id: string;
  readonly disabled?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface FieldConfigJson {
  readonly defaults?: FieldSettings;
  readonly overrides?: readonly {
    readonly matcher: { readonly id: string; readonly options?: unknown };
    readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
  }[];
}

export interface ThresholdStep {
  /** `null` is the base. */
  readonly value: number | null;
  readonly color: string;
}

export interface ThresholdsJson {
  readonly mode?: 'absolute' | 'percentage';
  readonly steps: readonly ThresholdStep[];
}

export interface MappingResult {
  readonly text?: string;
  readonly color?: string;
  readonly index?: number;
}

export type MappingJson =
  | { readonly type: 'value'; readonly options: Readonly<Record<string, MappingResult>> }
  | {
      readonly type: 'range';
      readonly options: {
        readonly from: number | null;
        readonly to: number | null;
        readonly result: MappingResult;
      };
    }
  | { readonly type: 'regex'; readonly options: { readonly pattern: string; readonly result: MappingResult } }
  | {
      readonly type: 'special';
      readonly options: { readonly match: string; readonly result: MappingResult };
    };

/** What a field's drawing depends on, after defaults and overrides. */
export interface FieldSettings {
  readonly unit?: string;
  readonly decimals?: number | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly displayName?: string;
  readonly noValue?: string;
  readonly color?: { readonly mode: string; readonly fixedColor?: string; readonly seriesBy?: string };
  readonly thresholds?: ThresholdsJson;
  readonly mappings?: readonly MappingJson[];
  readonly links?: readonly LinkJson[];
  readonly custom?: Readonly<Record<string, unknown>>;
}

export interface LinkJson {
  readonly title?: string;
  readonly url?: string;
  readonly type?: string;
  readonly tags?: readonly string[];
  readonly icon?: string;
  readonly asDropdown?: boolean;
}

export interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly hide?: number;
  readonly query?: unknown;
  readonly definition?: string;
  readonly regex?: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string | null;
  readonly sort?: number;
  readonly auto?: boolean;
  readonly current?: { readonly text?: unknown; readonly value?: unknown };
  readonly options?: readonly { readonly value?: unknown; readonly text?: unknown }[];
}

export interface AnnotationJson {
  readonly name: string;
  readonly enable?: boolean;
  readonly hide?: boolean;
  readonly builtIn?: number;
  readonly iconColor?: string;
  readonly expr?: string;
  readonly step?: string;
  readonly titleFormat?: string;
  readonly textFormat?: string;
  readonly useValueForTime?: boolean | string;
  readonly filter?: { readonly exclude?: boolean; readonly ids?: readonly number[] };
}
