import { describe, expect, it } from 'vitest';

import type { Field, Frame, Value } from './frame.ts';
import { sortRows, transform } from './transformations.ts';

function table(refId: string, columns: Readonly<Record<string, readonly Value[]>>): Frame {
  const fields = Object.entries(columns).map(([name, values]): Field => {
    const type = name === 'Time' ? 'time' : typeof values[0] === 'number' ? 'number' : 'string';
    return { name, type, values };
  });
  return { refId, fields };
}

function rows({ fields }: Frame): Record<string, Value>[] {
  return (fields[0]?.values ?? []).map((_, row) =>
    Object.fromEntries(fields.map(({ name, values }) => [name, values[row] ?? null])),
  );
}

const UP = table('A', { Time: [1, 1], shard: ['0', '1'], 'Value #A': [1, 0] });
const GAP = table('B', { Time: [1, 1], shard: ['1', '2'], 'Value #B': [40, 3] });

describe('transform', () => {
  it('merges rows that agree in the columns in common, and keeps the others', () => {
    const [merged, ...rest] = transform([UP, GAP], [{ id: 'merge' }]);
    expect(rest).toEqual([]);
    expect(merged && rows(merged)).toEqual([
      { Time: 1, shard: '0', 'Value #A': 1, 'Value #B': null },
      { Time: 1, shard: '1', 'Value #A': 0, 'Value #B': 40 },
      { Time: 1, shard: '2', 'Value #A': null, 'Value #B': 3 },
    ]);
  });

  it('merges nothing into one row because another query has no answer', () => {
    const none = table('C', { Time: [], 'Value #C': [] });
    const [merged] = transform([UP, none], [{ id: 'merge' }]);
    expect(merged && rows(merged)).toHaveLength(2);
  });

  it('filters, orders and renames columns', () => {
    const [organized] = transform(
      [UP],
      [
        { id: 'filterFieldsByName', options: { include: { names: ['shard', 'Value #A'] } } },
        {
          id: 'organize',
          options: {
            excludeByName: {},
            indexByName: { 'Value #A': 0, shard: 1 },
            renameByName: { 'Value #A': 'Up', shard: 'Shard' },
          },
        },
      ],
    );
    expect(organized?.fields.map(({ name }) => name)).toEqual(['Up', 'Shard']);
  });

  it('joins by a column and makes columns of labels', () => {
    const [joined] = transform([UP, GAP], [{ id: 'joinByField', options: { byField: 'shard' } }]);
    expect(joined && rows(joined)).toHaveLength(3);
    const series: Frame = {
      refId: 'A',
      fields: [
        { name: 'Time', type: 'time', values: [1] },
        { name: 'Value', type: 'number', values: [5], labels: { shard: '7' } },
      ],
    };
    const [columns] = transform([series], [{ id: 'labelsToFields' }]);
    expect(columns && rows(columns)).toEqual([{ Time: 1, shard: '7', Value: 5 }]);
  });

  it('sorts by values, what is missing last', () => {
    const sorted = sortRows(table('A', { shard: ['0', '1', '2', '10'], gap: [3, null, 9, 4] }), 'gap', false);
    expect(sorted.fields[0]?.values).toEqual(['0', '10', '2', '1']);
  });

  it('refuses a transformation that it does not know, by its name', () => {
    expect(() => transform([UP], [{ id: 'groupingToMatrix' }])).toThrow(/"groupingToMatrix".*known: merge/);
    expect(transform([UP], [{ id: 'groupingToMatrix', disabled: true }])).toEqual([UP]);
  });
});
