import { expect, test } from 'vitest';

import { namesIn } from './promql-names.ts';

test('metrics, filters and groupings are told apart', () => {
  const { metrics, filters, groupings } = namesIn(`
    # a comment about nothing_total
    max by (shard, state) (first_total{code="4000", shard=~"1|2"}[5m] offset 1d)
    / on (stream_name) group_left (kind) sum(rate(second_bytes[1h:1m])) without (le)
    and (up == 0) or vector(1) > bool Inf unless shardwatch:third:sum`);
  expect([...metrics]).toEqual(['first_total', 'second_bytes', 'up', 'shardwatch:third:sum']);
  expect(filters).toEqual([
    ['first_total', 'code', '4000'],
    ['first_total', 'shard', '1|2'],
  ]);
  expect([...groupings]).toEqual(['shard', 'state', 'stream_name', 'kind', 'le']);
});
