import { Gauge, Registry } from 'prom-client';
import { expect, test } from 'vitest';

import { exposition } from '../runtime/exposition.ts';
import {
  oncePerScrape,
  scrapedCounter,
  scrapedGauge,
  scrapedUntyped,
  type Sample,
} from './scraped-metric.ts';

const SAMPLES: readonly Sample[] = [
  { labels: {}, value: 0 },
  { labels: { shard: '7' }, value: 1e21 },
  { labels: { shard: '7', state: 'ready' }, value: -0.25 },
  { labels: { type: 'a"b\\c\nd"' }, value: 1e-7 },
  { labels: { type: '' }, value: Infinity },
  { labels: { type: '{},=' }, value: -Infinity },
];
const HELP = 'A "help" with a \\ and a\nline feed.';

test('what a family writes is byte for byte what the library would write', async () => {
  const registry = new Registry();
  scrapedGauge(registry, 'a_seconds', HELP, () => SAMPLES);
  scrapedCounter(registry, 'b_total', HELP, async () => SAMPLES);
  scrapedUntyped(registry, 'c_count', HELP, () => []);
  new Gauge({ name: 'd_bytes', help: HELP, registers: [registry] }).set(3);
  expect(await exposition(registry)).toBe(await registry.metrics());
});

test('no number is written as the format has it, and no sample where there is no value', async () => {
  const registry = new Registry();
  scrapedGauge(registry, 'a_seconds', 'Help.', () => [
    { labels: { shard: '0' }, value: NaN },
    { labels: { shard: '1' }, value: undefined },
  ]);
  expect(await exposition(registry)).toBe(
    '# HELP a_seconds Help.\n# TYPE a_seconds gauge\na_seconds{shard="0"} NaN\n',
  );
});

test('all families of a scrape share one reading, and the next scrape takes another', async () => {
  const registry = new Registry();
  let taken = 0;
  const read = oncePerScrape(() => (taken += 1));
  const samples = () => [{ labels: {}, value: read() }];
  for (const name of ['a_seconds', 'b_seconds']) scrapedGauge(registry, name, 'Help.', samples);
  const values = async () =>
    (await exposition(registry)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(await values()).toEqual(['a_seconds 1', 'b_seconds 1']);
  expect(await values()).toEqual(['a_seconds 2', 'b_seconds 2']);
});

test('a reading that fails fails the scrape', async () => {
  const registry = new Registry();
  scrapedGauge(registry, 'a_seconds', 'Help.', () => {
    throw new Error('no reading');
  });
  await expect(exposition(registry)).rejects.toThrow('no reading');
});
