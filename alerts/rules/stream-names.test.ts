import { expect, test } from 'vitest';

import { STREAMS } from '../../bot/streams.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { ruleFile } from './rule-file.ts';

test('streams that rules name are streams of the bot', () => {
  const named = [...ruleFile(DEFAULT_SETTINGS).matchAll(/stream_name="([^"]+)"/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  const known = STREAMS.map(({ name }) => name);
  for (const name of named) expect(known).toContain(name);
});
