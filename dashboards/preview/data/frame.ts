import type { FieldSettings } from '../dashboard-json.ts';

export type Labels = Readonly<Record<string, string>>;

/** `null`: no sample at this moment. */
export type Value = number | string | null;

/** A column of a frame; all columns of a frame have the same length. */
export interface Field {
  readonly name: string;
  readonly type: 'time' | 'number' | 'string';
  readonly values: readonly Value[];
  readonly labels?: Labels;
  /** From the target's legend; overrides match it. */
  readonly displayName?: string;
  readonly settings?: FieldSettings;
}

/** What Grafana calls a data frame: one series, or a table. */
export interface Frame {
  readonly refId: string;
  readonly fields: readonly Field[];
}

/** Prometheus series come with two columns. */
export const TIME = 'Time';
export const VALUE = 'Value';

/** What a reader sees: a setting, the legend, else the column's name. */
export function nameOf(field: Field): string {
  const set = field.settings?.displayName;
  if (set) {
    return set.replaceAll(/\$\{__field\.labels\.([^}]+)\}/g, (_, label: string) => {
      return field.labels?.[label.replaceAll('"', '')] ?? '';
    });
  }
  return field.displayName ?? field.name;
}

export function timesOf(frame: Frame): readonly number[] {
  const field = frame.fields.find(({ type }) => type === 'time');
  return (field?.values ?? []) as readonly number[];
}

export function numberFields(frame: Frame): readonly Field[] {
  return frame.fields.filter(({ type }) => type === 'number');
}

export function numbersOf(field: Field): readonly (number | null)[] {
  return field.values.map((value) => (typeof value === 'number' ? value : null));
}
