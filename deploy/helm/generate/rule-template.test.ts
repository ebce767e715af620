import { expect, test } from 'vitest';

import { ALERT_NAMES, THRESHOLDS } from '../../../alerts/thresholds.ts';
import { markedSettings } from './marked-settings.ts';
import { ruleTemplate, withPlaceholders } from './rule-template.ts';

const TEXTS = new Set(['measures', 'unit', 'why']);
/** What is only compared with others: refused where it does not fit, and in no rule. */
const ONLY_CHECKED = new Set(['DiscordShardEventGap.probedAfter']);
const template = ruleTemplate();

function leaves(path: string, value: object): string[] {
  return Object.entries(value)
    .filter(([key]) => !TEXTS.has(key))
    .flatMap(([key, child]: [string, unknown]) => {
      const here = `${path}.${key}`;
      return typeof child === 'object' && child !== null ? leaves(here, child) : [here];
    });
}

test('no threshold is ignored: each has a place in the rules', () => {
  const all = ALERT_NAMES.flatMap((name) => leaves(name, THRESHOLDS[name]));
  expect(all.length).toBeGreaterThan(50);
  const ignored = all.filter(
    (path) => !template.includes(`\${${path}}`) && !template.includes(`\${${path} in `),
  );
  expect(ignored).toEqual([...ONLY_CHECKED]);
});

test('what is for Prometheus stays as it is, and no number of a default is left in a limit', () => {
  expect(template).toContain('{{ $labels.shard | urlquery }}');
  expect(template).not.toMatch(/> \d{2,}\n/);
  expect(template).not.toMatch(/^ +for: \d/m);
});

test('a setting that shows in a way that is not known is refused, not shipped as it is', () => {
  const { settings, marks } = markedSettings();
  const { value } = settings.thresholds.DiscordShardEventGap.warning;
  expect(withPlaceholders(`x > ${value}`, marks)).toBe('x > ${DiscordShardEventGap.warning.value}');
  expect(() => withPlaceholders(`x > ${value + 0.5}`, marks)).toThrow('no placeholder is known');
  expect(() => withPlaceholders('up{job="marked-gateway-1"}', marks)).toThrow();
});
