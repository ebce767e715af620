import { describe, expect, it } from 'vitest';
import { interpolate, rateInterval, UnknownVariable } from './interpolate.ts';
import { parseDuration, queryStep } from './query-step.ts';

const times = { rateIntervalSeconds: 60, stepSeconds: 15, rangeSeconds: 3600 };

describe('interpolate', () => {
  it("inserts Grafana's macros, in each of the three ways to write them", () => {
    expect(
      interpolate('rate(a[$__rate_interval]) + ${__interval} + [[__range]] + $__range_s', {
        variables: {},
        ...times,
      }),
    ).toBe('rate(a[60s]) + 15s + 3600s + 3600');
  });

  it('writes an interval with a fraction in milliseconds', () => {
    expect(interpolate('$__interval', { variables: {}, ...times, stepSeconds: 0.5 })).toBe('500ms');
  });

  it('inserts a single value, quotes and backslashes escaped', () => {
    expect(interpolate('a{x="$x"}', { variables: { x: String.raw`a"b\c` }, ...times })).toBe(
      String.raw`a{x="a\"b\\c"}`,
    );
  });

  it('escapes a multi-value variable for a regular expression inside a string', () => {
    const shard = { values: ['3'], multi: true };
    const pod = { values: ['a.b', 'c+d'], multi: true };
    expect(interpolate('a{shard=~"$shard",pod=~"$pod"}', { variables: { shard, pod }, ...times })).toBe(
      String.raw`a{shard=~"3",pod=~"(a\\.b|c\\+d)"}`,
    );
  });

  it("inserts the dashboard's own value for All as it is", () => {
    const shard = { values: ['1', '2'], multi: true, allValue: '.+', text: 'All' };
    expect(interpolate('a{shard=~"$shard"} # ${shard:text}', { variables: { shard }, ...times })).toBe(
      'a{shard=~".+"} # All',
    );
  });

  it.each([
    ['raw', 'a.b,c'],
    ['csv', 'a.b,c'],
    ['pipe', 'a.b|c'],
    ['regex', String.raw`(a\.b|c)`],
    ['glob', '{a.b,c}'],
    ['doublequote', '"a.b","c"'],
    ['singlequote', "'a.b','c'"],
    ['json', '["a.b","c"]'],
    ['text', 'a.b + c'],
  ])('writes the format :%s', (format, expected) => {
    const variables = { v: { values: ['a.b', 'c'], multi: true } };
    expect(interpolate(`\${v:${format}}`, { variables, ...times })).toBe(expected);
  });

  it('refuses a format that it does not know', () => {
    expect(() => interpolate('${v:lucene}', { variables: { v: '1' }, ...times })).toThrow(/:lucene/);
  });

  it('refuses an unknown variable and names those that exist', () => {
    expect(() => interpolate('a{x="$shrad"}', { variables: { shard: '1' }, ...times })).toThrow(
      UnknownVariable,
    );
    expect(() => interpolate('a{x="$shrad"}', { variables: { shard: '1' }, ...times })).toThrow(
      /\$shrad.*shard/,
    );
  });

  it('leaves the groups of label_replace and the end of a regular expression alone', () => {
    const expr = 'label_replace(a{b=~"c$"}, "d", "$1", "e", "(.*)")';
    expect(interpolate(expr, { variables: {}, ...times })).toBe(expr);
  });
});

describe('intervals as Grafana computes them', () => {
  it.each([
    [15, 15, 60],
    [15, 60, 75],
    [1, 1, 4],
    [1, 10, 11],
  ])('rate interval of scrape %d s and step %d s is %d s', (scrape, step, expected) => {
    expect(rateInterval(scrape, step)).toBe(expected);
  });

  it.each([
    [3600, 800, 15, 15],
    [3600, 800, 1, 5],
    [86_400, 800, 15, 120],
    [300, 800, 1, 1],
    [7 * 86_400, 800, 15, 900],
  ])('step of a range of %d s on %d px, not below %d s, is %d s', (range, points, minStep, expected) => {
    expect(queryStep(range, points, minStep)).toBe(expected);
  });

  it.each([
    ['30s', 30],
    ['1m30s', 90],
    ['500ms', 0.5],
    ['1h', 3600],
    ['2d', 172_800],
  ])('reads the duration %s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '5', 'x', '5 m', '-1m'])('refuses the duration %j', (text) => {
    expect(() => parseDuration(text)).toThrow(/expected a duration/);
  });
});
