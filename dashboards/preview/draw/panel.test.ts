import { describe, expect, it } from 'vitest';

import type { FieldSettings, PanelJson } from '../dashboard-json.ts';
import type { Field, Value } from '../data/frame.ts';
import type { PanelModel } from '../data/panel-model.ts';
import { drawPanel } from './panel.ts';
import { themeOf } from './theme.ts';

const RANGE = { from: 1_000_000, to: 1_060_000 };
const TIMES = [1_000_000, 1_015_000, 1_030_000, 1_045_000, 1_060_000];
const THEME = themeOf('dark');
const SIZE = { width: 600, height: 300 };
const LIMITS = {
  steps: [
    { value: null, color: 'transparent' },
    { value: 5, color: '#E69F00' },
    { value: 500, color: '#D55E00' },
  ],
};

function series(name: string, values: readonly Value[], settings: FieldSettings = {}): readonly Field[] {
  return [
    { name: 'Time', type: 'time', values: TIMES },
    { name: 'Value', type: 'number', displayName: name, values, settings },
  ];
}

function model(
  type: string,
  columns: readonly (readonly Field[])[],
  more: Partial<PanelJson> = {},
): PanelModel {
  const panel = { id: 7, type, title: 'A <panel>', gridPos: { x: 0, y: 0, w: 12, h: 8 }, ...more };
  return { panel, frames: columns.map((fields) => ({ refId: 'A', fields })) };
}

function draw(drawn: PanelModel) {
  return drawPanel(drawn, SIZE, {
    theme: THEME,
    range: RANGE,
    annotations: [{ from: 1_020_000, to: 1_020_000, title: 'deploy', color: '#56B4E9' }],
  });
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe('drawPanel', () => {
  it('draws lines, the limit that is in sight, the annotation and the legend', () => {
    const settings: FieldSettings = {
      unit: 's',
      min: 0,
      color: { mode: 'fixed', fixedColor: '#009E73' },
      thresholds: LIMITS,
      custom: { thresholdsStyle: { mode: 'dashed+area' } },
    };
    const { html, problem } = draw(model('timeseries', [series('shard 3', [1, 2, 8, 3, 1], settings)]));
    expect(problem).toBeUndefined();
    expect(html).toContain('data-state="drawn"');
    expect(html).toContain('A &lt;panel&gt;');
    expect(html).toMatch(/stroke="#009E73"/i);
    expect(html).toMatch(/stroke="rgb\(230,159,0\)"[^>]*stroke-dasharray="10,10"/);
    expect(html).toContain('fill="rgb(230,159,0)" fill-opacity="0.12"');
    // 500 s is beyond what the axis shows.
    expect(html).not.toContain('213,94,0');
    expect(html).toMatch(/stroke="rgb\(86,180,233\)"/);
    expect(html).toContain('>10 s<');
    expect(html).toContain('shard 3</span>');
  });

  it('puts stacked series on top of each other', () => {
    const settings: FieldSettings = {
      min: 0,
      custom: { stacking: { mode: 'normal' }, fillOpacity: 25 },
      color: { mode: 'fixed', fixedColor: '#112233' },
    };
    const values = [4, 4, 4, 4, 4];
    const { html } = draw(
      model('timeseries', [series('a', values, settings), series('b', values, settings)]),
    );
    expect(count(html, 'fill="rgb(17,34,51)" fill-opacity="0.25"')).toBe(2);
    // Together 8: an axis for one of them would end at 5.
    expect(html).toContain('>10<');
  });

  it('stands bars on those that they are stacked on', () => {
    const settings: FieldSettings = {
      min: 0,
      custom: { drawStyle: 'bars', lineWidth: 0, stacking: { mode: 'normal' }, fillOpacity: 80 },
      color: { mode: 'fixed', fixedColor: '#112233' },
    };
    const values = [null, 4, 0, 4, null];
    const { html } = draw(
      model('timeseries', [series('a', values, settings), series('b', values, settings)]),
    );
    const bars = html.match(/<path d="M[^"]*Z"[^>]*fill="rgb\(17,34,51\)" fill-opacity="0.8"/g) ?? [];
    expect(bars).toHaveLength(4);
    // None is drawn over another, which would show through it.
    expect(new Set(bars).size).toBe(4);
  });

  it('writes states into their stretches, and each once below', () => {
    const mappings = [
      {
        type: 'value' as const,
        options: { '0': { text: 'gone', color: '#D55E00' }, '6': { text: 'ready', color: '#009E73' } },
      },
    ];
    const settings = { mappings, custom: { fillOpacity: 80 } };
    const { html } = draw(model('state-timeline', [series('shard 3', [6, 6, 0, null, 6], settings)]));
    expect(count(html, '>ready</text>')).toBe(1);
    expect(count(html, 'fill="rgb(0,158,115)" fill-opacity="0.8"')).toBe(1);
    expect(count(html, 'fill="rgb(213,94,0)" fill-opacity="0.8"')).toBe(1);
    expect(count(html, '</i>ready</span>')).toBe(1);
    expect(count(html, '</i>gone</span>')).toBe(1);
  });

  it('colours cells by their limits and tells that there are more rows than it has room for', () => {
    const shards = Array.from({ length: 12 }, (_, index) => `shard ${index}`);
    const columns: Field[] = [
      { name: 'Shard', type: 'string', values: shards },
      {
        name: 'Gap',
        type: 'number',
        values: shards.map((_, index) => index),
        settings: { unit: 's', thresholds: LIMITS, custom: { cellOptions: { type: 'color-background' } } },
      },
    ];
    const sortBy = [{ displayName: 'Gap', desc: true }];
    const { html } = draw(model('table', [columns], { options: { sortBy } }));
    expect(html.indexOf('>shard 11<')).toBeLessThan(html.indexOf('>shard 9<'));
    expect(html).toContain('background:#E69F00');
    expect(html).toContain('data-scroll');
    expect(html).not.toContain('>shard 2<');
  });

  it('shows the last value of a stat in the colour of its limit', () => {
    const settings = { unit: 'percentunit', thresholds: LIMITS, mappings: [] };
    const options = { colorMode: 'background_solid', graphMode: 'none', textMode: 'value_and_name' };
    const { html } = draw(model('stat', [series('down', [0, 1, 2, 7, null], settings)], { options }));
    expect(html).toContain('>700%<');
    expect(html).toContain('background:#E69F00');
  });

  it('writes names and numbers of a stat as large as its options say', () => {
    const options = {
      orientation: 'horizontal',
      textMode: 'value_and_name',
      text: { titleSize: 16, valueSize: 24 },
    };
    const fields = [series('down', [1]), series('configured', [8])];
    const { html } = draw(model('stat', fields, { options }));
    expect(html.match(/font-size:16px/g)).toHaveLength(2);
    expect(html.match(/font-size:24px/g)).toHaveLength(2);
  });

  it('draws a cell for each bucket that counted something', () => {
    const bucket = (name: string, values: readonly Value[]): Field => ({ name, type: 'number', values });
    const time: Field = { name: 'Time', type: 'time', values: TIMES };
    const options = { color: { scheme: 'Cividis' }, yAxis: { unit: 's' } };
    const rows = [time, bucket('0.5', [1, 0, 4, 1, 0]), bucket('+Inf', [0, 0, 4, 0, 0])];
    const { html } = draw(model('heatmap', [rows], { options }));
    expect(count(html, 'rgb(253,234,69)')).toBe(2);
    expect(html).toContain('>500 ms<');
  });

  it('says that there is nothing, in the words of the panel', () => {
    const nothing = [series('a', [null, null, null, null, null])];
    expect(draw(model('timeseries', nothing)).html).toContain('No data');
    const fieldConfig = { defaults: { noValue: 'Nothing is firing' } };
    const { html } = draw(model('table', nothing, { fieldConfig }));
    expect(html).toContain('data-state="empty"');
    expect(html).toContain('Nothing is firing');
  });

  it.each([
    ['piechart', {}, /"piechart"/],
    ['heatmap', { calculate: true }, /makes buckets itself/],
    ['stat', { reduceOptions: { calcs: ['stdDev'] } }, /"stdDev"/],
  ])('says in its place that it cannot draw %s with %j', (type, options, message) => {
    const { html, problem } = draw(model(type, [series('a', [1, 1, 1, 1, 1])], { options }));
    expect(problem).toMatch(message);
    expect(html).toContain('data-state="failed"');
  });
});
