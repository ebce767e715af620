import { describe, expect, it } from 'vitest';

import { scaleOf, timeTicks } from './scale.ts';

const BASE = { pixels: 150, distribution: 'linear', linearThreshold: 1, base: 10 } as const;

describe('scaleOf', () => {
  it('begins at zero, reaches the soft limit, and ends on a whole tick', () => {
    expect(scaleOf({ ...BASE, low: 1, high: 7, hardMin: 0, softMax: 120 })).toMatchObject({
      min: 0,
      max: 150,
      ticks: [0, 50, 100, 150],
    });
  });

  it('goes beyond the soft limit with the data', () => {
    expect(scaleOf({ ...BASE, low: 0, high: 180, softMax: 120 }).max).toBe(200);
  });

  it('ends exactly at a hard limit', () => {
    expect(scaleOf({ ...BASE, low: 0, high: 0.4, hardMin: 0, hardMax: 1 }).max).toBe(1);
  });

  it('has ticks of whole MiB', () => {
    const { ticks } = scaleOf({ ...BASE, base: 1024, low: 0, high: 150 * 2 ** 20, hardMin: 0 });
    expect(ticks.map((tick) => tick / 2 ** 20)).toEqual([0, 64, 128, 192]);
  });

  it('gives every power of ten its place on a symlog axis, and zero too', () => {
    const symlog = { ...BASE, distribution: 'symlog', linearThreshold: 0.001, pixels: 250 } as const;
    const scale = scaleOf({ ...symlog, low: 0, high: 6, hardMin: 0, softMax: 10 });
    expect(scale.ticks).toEqual([0, 0.001, 0.01, 0.1, 1, 10]);
    expect(scale.place(0)).toBe(0);
    expect(scale.place(10)).toBeCloseTo(scale.max);
    expect(scale.place(1)).toBeGreaterThan(scale.place(0.1));
  });
});

describe('timeTicks', () => {
  const from = Date.UTC(2026, 10, 24, 3, 0, 10);
  const texts = (rightEdge: number) =>
    timeTicks(from, from + 3_600_000, 600, rightEdge).map(({ text }) => text);

  it('are whole minutes in UTC', () => {
    expect(texts(40)).toEqual(['03:10', '03:20', '03:30', '03:40', '03:50', '04:00']);
  });

  it('say nothing where the text would be cut off', () => {
    expect(texts(0).at(-1)).toBe('');
  });
});
