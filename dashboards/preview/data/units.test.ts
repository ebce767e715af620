import { describe, expect, it } from 'vitest';

import { formatTick, formatUnit } from './units.ts';

describe('formatUnit writes as Grafana does', () => {
  it.each([
    ['s', 0, '0 s'],
    ['s', 0.0000005, '500 ns'],
    ['s', 0.00025, '250 µs'],
    ['s', 0.0123, '12.3 ms'],
    ['s', 1.5, '1.50 s'],
    ['s', 59.9, '59.9 s'],
    ['s', 120, '2 min'],
    ['s', 5_400, '1.50 hour'],
    ['s', 172_800, '2 day'],
    ['s', 1_209_600, '2 week'],
    ['ms', 250, '250 ms'],
    ['ms', 1_500, '1.50 s'],
    ['short', 999, '999'],
    ['short', 1_000, '1 K'],
    ['short', 1_234, '1.23 K'],
    ['short', 2_500_000, '2.50 Mil'],
    ['none', 0.333333, '0.333'],
    ['none', 12, '12'],
    ['percentunit', 0.873, '87.3%'],
    ['percent', 12.5, '12.5%'],
    ['bytes', 1_024, '1 KiB'],
    ['bytes', 157_286_400, '150 MiB'],
    ['decbytes', 1_500_000, '1.50 MB'],
    ['ops', 61.37, '61.4 ops/s'],
    ['reqps', 1_200, '1.20K req/s'],
    ['dtdurations', 7_500, '2 hours'],
    ['bool_yes_no', 1, 'Yes'],
    ['suffix:shards', 3, '3 shards'],
    ['si:B', 2_000, '2 kB'],
    ['shards', 3, '3 shards'],
  ])('%s %d', (unit, value, expected) => {
    expect(formatUnit(value, unit)).toBe(expected);
  });

  it('keeps the decimals that the field asks for', () => {
    expect(formatUnit(2, 's', 2)).toBe('2.00 s');
    expect(formatUnit(0.05, 'percentunit', 0)).toBe('5%');
  });

  it('leaves zeros away from the ticks of an axis', () => {
    expect([0.5, 1.5, 10, 90].map((value) => formatTick(value, 's'))).toEqual([
      '500 ms',
      '1.5 s',
      '10 s',
      '1.5 min',
    ]);
  });

  it('writes what is no number as such', () => {
    expect(formatUnit(Number.NaN, 's')).toBe('NaN');
    expect(formatUnit(Number.POSITIVE_INFINITY, 's')).toBe('∞');
  });
});
