import type { Field, Frame, Value } from './frame.ts';

/**
 * One table of all frames. Rows that agree in every column that both have, and in at least one, become one row.
 * Grafana's `merge` does the same.
 */
export function mergeFrames(frames: readonly Frame[]): readonly Frame[] {
  // A query without an answer has no columns that the others could be matched by.
  const filled = frames.filter(({ fields }) => (fields[0]?.values.length ?? 0) > 0);
  if (filled.length < 2) return filled.length === 1 ? filled : frames.slice(0, 1);
  return [joinedBySharedColumns(filled)];
}

function joinedBySharedColumns(frames: readonly Frame[]): Frame {
  const names = columnsOf(frames);
  const shared = [...names.keys()].filter((name) =>
    frames.every(({ fields }) => fields.some((field) => field.name === name)),
  );
  return joined(frames, names, shared);
}

/** One table with a row for each value of the column. */
export function joinTables(frames: readonly Frame[], column: string): readonly Frame[] {
  return frames.length < 2 ? frames : [joined(frames, columnsOf(frames), [column])];
}

function columnsOf(frames: readonly Frame[]): Map<string, Field> {
  const columns = new Map<string, Field>();
  for (const field of frames.flatMap(({ fields }) => fields)) {
    if (!columns.has(field.name)) columns.set(field.name, field);
  }
  return columns;
}

function joined(
  frames: readonly Frame[],
  columns: ReadonlyMap<string, Field>,
  keys: readonly string[],
): Frame {
  const rows = new Map<string, Map<string, Value>>();
  for (const [index, { fields }] of frames.entries()) {
    const length = fields[0]?.values.length ?? 0;
    for (let row = 0; row < length; row += 1) {
      const cells = new Map(fields.map(({ name, values }) => [name, values[row] ?? null]));
      // Without a column in common every row stays on its own.
      const key = JSON.stringify(
        keys.length > 0 ? keys.map((name) => cells.get(name) ?? null) : [index, row],
      );
      const known = rows.get(key) ?? new Map<string, Value>();
      for (const [name, value] of cells) if (value !== null) known.set(name, value);
      rows.set(key, known);
    }
  }
  const all = [...rows.values()];
  return {
    refId: frames[0]?.refId ?? '',
    fields: [...columns.values()].map((field) => ({
      ...field,
      values: all.map((cells) => cells.get(field.name) ?? null),
    })),
  };
}
