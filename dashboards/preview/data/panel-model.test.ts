import { describe, expect, it } from 'vitest';

import type { PanelJson } from '../dashboard-json.ts';
import { CannedSource } from '../testing/canned-source.ts';
import { display } from './display.ts';
import { nameOf } from './frame.ts';
import { isEmpty, panelModel } from './panel-model.ts';
import { appliesTo, readAnnotations } from './annotations.ts';

const GRID = { x: 0, y: 0, w: 12, h: 8 };

function context(source: CannedSource) {
  const variables = { shard: { values: ['1', '2'], multi: true } };
  return { source, from: 1_000, to: 1_060, scrapeSeconds: 15, variables, width: 800 };
}

function panel(more: Partial<PanelJson>): PanelJson {
  return { id: 1, type: 'timeseries', title: 'A panel', gridPos: GRID, ...more };
}

describe('panelModel', () => {
  it('asks as Grafana does: aligned to the step, variables and rate interval filled in', async () => {
    const source = new CannedSource();
    source.series.set('rate(events{shard=~"(1|2)"}[60s])', []);
    const expr = 'rate(events{shard=~"$shard"}[$__rate_interval])';
    const model = await panelModel(panel({ targets: [{ expr, refId: 'A' }] }), context(source));
    expect(model.problem).toBeUndefined();
    expect(source.asked[0]).toBe('990..1050 step 15');
    expect(isEmpty(model)).toBe(true);
  });

  it('puts variables into a legend before labels, so that a variable may name one', async () => {
    const source = new CannedSource();
    const values = [[990, 1]] as const;
    source.series.set('up', [{ metric: { shard: '3', namespace: 'canary' }, values }]);
    const targets = [{ expr: 'up', refId: 'A', legendFormat: 'shard {{shard}}${in_bot}' }];
    const named = async (inBot: readonly string[]) => {
      const known = context(source);
      const variables = { ...known.variables, in_bot: { values: inBot } };
      const { frames } = await panelModel(panel({ targets }), { ...known, variables });
      return frames[0]?.fields.map((field) => nameOf(field)).at(-1);
    };
    expect(await named([' in {{namespace}}'])).toBe('shard 3 in canary');
    expect(await named([])).toBe('shard 3');
  });

  it('keeps gaps, names series by their legend, and configures them by name', async () => {
    const source = new CannedSource();
    source.series.set('gap', [
      {
        metric: { __name__: 'gap', shard: '3' },
        values: [
          [990, 1],
          [1_020, 2],
        ],
      },
    ]);
    const { frames } = await panelModel(
      panel({
        targets: [{ expr: 'gap', refId: 'A', legendFormat: 'shard {{ shard }}' }],
        fieldConfig: {
          defaults: { unit: 's', custom: { lineWidth: 1 } },
          overrides: [
            {
              matcher: { id: 'byName', options: 'shard 3' },
              properties: [
                { id: 'unit', value: 'ms' },
                { id: 'custom.lineStyle', value: { fill: 'dash' } },
              ],
            },
          ],
        },
      }),
      context(source),
    );
    const [time, value] = frames[0]?.fields ?? [];
    expect(time?.values).toEqual([990_000, 1_005_000, 1_020_000, 1_035_000, 1_050_000]);
    expect(value?.values).toEqual([1, null, 2, null, null]);
    expect(value && nameOf(value)).toBe('shard 3');
    expect(value?.settings).toEqual({ unit: 'ms', custom: { lineWidth: 1, lineStyle: { fill: 'dash' } } });
  });

  it('makes a table of an instant answer, one value column a query', async () => {
    const source = new CannedSource();
    source.samples.set('a', [{ metric: { shard: '1' }, value: 5 }]);
    source.samples.set('b', [{ metric: { shard: '1' }, value: 7 }]);
    const targets = ['a', 'b'].map((expr, index) => ({
      expr,
      refId: 'AB'.charAt(index),
      instant: true,
      range: false,
      format: 'table' as const,
    }));
    const json = panel({ type: 'table', targets, transformations: [{ id: 'merge' }] });
    const { frames } = await panelModel(json, context(source));
    expect(frames[0]?.fields.map(({ name, values }) => [name, values[0]])).toEqual([
      ['Time', 1_060_000],
      ['shard', '1'],
      ['Value #A', 5],
      ['Value #B', 7],
    ]);
  });

  it('takes cumulative buckets apart, from the lowest to the highest', async () => {
    const source = new CannedSource();
    const bucket = (le: string, value: number) => ({ metric: { le }, values: [[990, value]] as const });
    source.series.set('h', [bucket('+Inf', 10), bucket('0.5', 4), bucket('1', 9)]);
    const json = panel({ type: 'heatmap', targets: [{ expr: 'h', refId: 'A', format: 'heatmap' }] });
    const { frames } = await panelModel(json, context(source));
    expect(frames[0]?.fields.slice(1).map(({ name, values }) => [name, values[0]])).toEqual([
      ['0.5', 4],
      ['1', 5],
      ['+Inf', 1],
    ]);
  });

  it('says which target failed and what was asked, and does not throw', async () => {
    const json = panel({ targets: [{ expr: 'broken{shard="$shard"', refId: 'B' }] });
    const { problem } = await panelModel(json, context(new CannedSource()));
    expect(problem).toMatch(/^target B: nobody expected.*\n {4}broken\{shard="\(1\|2\)"$/s);
  });

  it.each([
    [{ repeat: 'shard' }, /repeated panels/],
    [{ transformations: [{ id: 'calculateField' }] }, /"calculateField"/],
  ])('refuses what it cannot draw: %j', async (more, message) => {
    const { problem } = await panelModel(panel({ ...more, targets: [] }), context(new CannedSource()));
    expect(problem).toMatch(message);
  });
});

describe('display', () => {
  const settings = {
    unit: 's',
    thresholds: {
      steps: [
        { value: null, color: 'green' },
        { value: 30, color: 'red' },
      ],
    },
    mappings: [
      { type: 'value' as const, options: { '6': { text: 'ready', color: 'blue' } } },
      { type: 'range' as const, options: { from: 100, to: null, result: { text: 'long' } } },
      { type: 'special' as const, options: { match: 'nan', result: { text: 'none' } } },
    ],
  };
  it.each([
    [5, { text: '5 s', color: 'green' }],
    [30, { text: '30 s', color: 'red' }],
    [6, { text: 'ready', color: 'blue' }],
    [200, { text: 'long', color: 'red' }],
    [null, { text: '-' }],
  ])('of %j', (value, expected) => {
    expect(display(value, settings)).toEqual(expected);
  });
});

describe('readAnnotations', () => {
  it('makes one mark of what lasted and another of what came later; disabled ones are not asked', async () => {
    const source = new CannedSource();
    const at = (seconds: number) => [seconds, 1] as const;
    source.series.set('firing{shard=~"(1|2)"}', [
      { metric: { alertname: 'Down' }, values: [at(990), at(1_005), at(1_050)] },
    ]);
    const common = { step: '15s', iconColor: 'red', titleFormat: '{{alertname}}' };
    const marks = await readAnnotations(
      [
        { name: 'a', expr: 'firing{shard=~"$shard"}', ...common, filter: { ids: [7], exclude: true } },
        { name: 'b', expr: 'never', enable: false, ...common },
      ],
      context(source),
    );
    expect(marks).toMatchObject([
      { from: 990_000, to: 1_005_000, title: 'Down', color: 'red' },
      { from: 1_050_000, to: 1_050_000 },
    ]);
    expect(marks.map((mark) => [appliesTo(mark, 7), appliesTo(mark, 8)])).toEqual([
      [false, true],
      [false, true],
    ]);
  });
});
