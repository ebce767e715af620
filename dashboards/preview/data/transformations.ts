import type { TransformationJson } from '../dashboard-json.ts';
import { nameOf, TIME, type Field, type Frame, type Value } from './frame.ts';
import { joinTables, mergeFrames } from './merge-frames.ts';

type Options = Readonly<Record<string, unknown>>;
type Transform = (frames: readonly Frame[], options: Options) => readonly Frame[];

/** Those that our dashboards use, and a few that they may come to use. */
const TRANSFORMS: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  ['merge', mergeFrames],
  ['joinByField', (frames, { byField }) => joinTables(frames, typeof byField === 'string' ? byField : TIME)],
  ['organize', (frames, options) => frames.map((frame) => organize(frame, options))],
  ['filterFieldsByName', (frames, options) => frames.map((frame) => filterFields(frame, options))],
  ['labelsToFields', (frames) => mergeFrames(frames.map(labelsToFields))],
  ['sortBy', (frames, options) => frames.map((frame) => sortBy(frame, options))],
  [
    'limit',
    (frames, { limitField }) =>
      frames.map((frame) => pickRows(frame, rowsOf(frame).slice(0, Number(limitField)))),
  ],
]);

/** @throws for a transformation that is not known here: a picture without it would be another picture */
export function transform(
  frames: readonly Frame[],
  transformations: readonly TransformationJson[] = [],
): readonly Frame[] {
  let result = frames;
  for (const { id, options = {}, disabled } of transformations) {
    if (disabled === true) continue;
    const apply = TRANSFORMS.get(id);
    if (!apply) {
      throw new Error(
        `transformation "${id}" is not drawn here (known: ${[...TRANSFORMS.keys()].join(', ')})`,
      );
    }
    result = apply(result, options);
  }
  return result;
}

function organize(frame: Frame, options: Options): Frame {
  const exclude = record<boolean>(options['excludeByName']);
  const order = record<number>(options['indexByName']);
  const rename = record<string>(options['renameByName']);
  const place = (field: Field) => order[nameOf(field)] ?? Number.MAX_SAFE_INTEGER;
  const fields = frame.fields
    .filter((field) => exclude[nameOf(field)] !== true)
    .toSorted((a, b) => place(a) - place(b))
    .map((field) => {
      const title = rename[nameOf(field)];
      return title === undefined || title === '' ? field : { ...field, name: title, displayName: title };
    });
  return { ...frame, fields };
}

function filterFields(frame: Frame, options: Options): Frame {
  const include = matcher(options['include']);
  const exclude = matcher(options['exclude']);
  return {
    ...frame,
    fields: frame.fields.filter((field) => {
      const name = nameOf(field);
      return (include?.(name) ?? true) && !(exclude?.(name) ?? false);
    }),
  };
}

function matcher(json: unknown): ((name: string) => boolean) | undefined {
  const { names, pattern } = record<unknown>(json);
  if (names === undefined && pattern === undefined) return undefined;
  const expression =
    typeof pattern === 'string' ? new RegExp(pattern.replace(/^\/(.*)\/$/s, '$1')) : undefined;
  return (name) => (Array.isArray(names) && names.includes(name)) || (expression?.test(name) ?? false);
}

/** The labels of a series as columns beside its samples. */
function labelsToFields(frame: Frame): Frame {
  const labels = Object.assign({}, ...frame.fields.map((field) => field.labels ?? {})) as Record<
    string,
    string
  >;
  const rows = frame.fields[0]?.values.length ?? 0;
  const columns = Object.entries(labels).map(([name, value]): Field => ({
    name,
    type: 'string',
    values: Array.from({ length: rows }, () => value),
  }));
  const bare = frame.fields.map(({ name, type, values }): Field => ({ name, type, values }));
  const time = bare.filter(({ type }) => type === 'time');
  return { ...frame, fields: [...time, ...columns, ...bare.filter(({ type }) => type !== 'time')] };
}

function sortBy(frame: Frame, options: Options): Frame {
  const [sort] = Array.isArray(options['sort'])
    ? (options['sort'] as { field?: string; desc?: boolean }[])
    : [];
  if (!sort) return frame;
  return sortRows(frame, sort.field ?? '', sort.desc === true);
}

/** By the values of the column that a reader knows by this name; a missing value comes last. */
export function sortRows(frame: Frame, column: string, descending: boolean): Frame {
  const field = frame.fields.find((each) => nameOf(each) === column);
  if (!field) return frame;
  const sign = descending ? -1 : 1;
  const rows = rowsOf(frame).toSorted(
    (a, b) => sign * compare(field.values[a] ?? null, field.values[b] ?? null),
  );
  return pickRows(frame, rows);
}

function compare(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

function rowsOf(frame: Frame): number[] {
  return [...(frame.fields[0]?.values.keys() ?? [])];
}

function pickRows(frame: Frame, rows: readonly number[]): Frame {
  const fields = frame.fields.map((field) => ({
    ...field,
    values: rows.map((row) => field.values[row] ?? null),
  }));
  return { ...frame, fields };
}

function record<T>(value: unknown): Readonly<Record<string, T>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, T>) : {};
}
