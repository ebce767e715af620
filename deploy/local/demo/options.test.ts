import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { DEMO_DEFAULTS, readOptions } from './options.ts';

let written = '';
beforeEach(() => {
  written = '';
  const keep = (text: unknown) => ((written += String(text)), true);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
});
afterEach(() => vi.restoreAllMocks());

test('without arguments it runs until it is stopped', () => {
  expect(readOptions([])).toEqual({ forMs: undefined, keep: false, ...DEMO_DEFAULTS });
});

test('times come in seconds, minutes and hours', () => {
  expect(readOptions(['--for', '60s', '--rate', '100', '--shards', '4', '--keep'])).toEqual({
    forMs: 60_000,
    eventsPerSecond: 100,
    shards: 4,
    keep: true,
  });
  expect(readOptions(['--for', '1.5m'])).toMatchObject({ forMs: 90_000 });
  expect(readOptions(['--for', '1h', '--rate', '10'])).toMatchObject({ forMs: 3_600_000 });
});

test.for([
  [['--for', '60'], 'Expected a time from 5s to 24h'],
  [['--for', '1s'], 'Expected a time from 5s to 24h'],
  [['--for', '-5m'], 'Expected a time from 5s to 24h'],
  [['--rate', '0'], 'Expected a whole number from 1 to 5000'],
  [['--rate', '1e3'], 'Expected a whole number from 1 to 5000'],
  [['--shards', '1'], 'Expected a whole number from 2 to 64'],
  [['--shards'], 'argument missing'],
  [['--fast'], 'unknown option'],
  [['now'], 'too many arguments'],
] as const)('%j is refused with status 2 and a message', ([args, message]) => {
  expect(readOptions(args)).toEqual({ exitCode: 2 });
  expect(written).toContain(message);
});

test('a run whose events the stream cannot hold until the check is refused', () => {
  expect(() => readOptions(['--for', '1h', '--rate', '5000'])).toThrow('got 18000000');
});

test('--help names every option and ends with status 0', () => {
  expect(readOptions(['--help'])).toEqual({ exitCode: 0 });
  for (const option of ['--for', '--rate', '--shards', '--keep']) expect(written).toContain(option);
});
