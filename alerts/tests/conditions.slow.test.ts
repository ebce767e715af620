import { expect, test } from 'vitest';

import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';
import { ruleGroups } from '../rules/groups.ts';
import type { Rule, RuleGroup } from '../rules/rule.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { ALERT_NAMES } from '../thresholds.ts';
import { ALL_CASES } from './all-cases.ts';
import { playGroups } from './promtool.ts';

/** Every condition of every rule is there for a reason: without it, some story ends otherwise. */

interface Cut {
  readonly rule: string;
  readonly condition: string;
  readonly group: RuleGroup;
}

const CONDITION = /^\s*(and|unless|or)\b/;
const MINUTE_MS = 60_000;

const [oldest] = await testedVersions('promtool');
const cuts = ruleGroups(DEFAULT_SETTINGS).flatMap((group) =>
  group.rules.flatMap((rule, index) => cutsOf(group, rule, index)),
);

test('there are conditions to cut', () => {
  expect(cuts.length).toBeGreaterThan(25);
});

test.concurrent.for(cuts)(
  '$rule without "$condition": a story ends otherwise',
  { timeout: 2 * MINUTE_MS },
  async ({ group }) => {
    if (!oldest) throw new Error('there is one at least');
    for (const [, cases] of ALL_CASES.filter(([name]) => isAbout(group, name))) {
      const { passed, output } = await playGroups(oldest, [group], cases);
      if (passed) continue;
      expect(output).toContain('FAILED:');
      return;
    }
    throw new Error('no story needs it');
  },
);

/** The group with one condition of the rule left out, for each of its conditions. */
function cutsOf(group: RuleGroup, rule: Rule, index: number): Cut[] {
  const lines = rule.expr.split('\n');
  return lines.flatMap((line, start) => {
    if (!CONDITION.test(line)) return [];
    const end = endOfCondition(lines, start);
    const condition = lines.slice(start, end).join(' ').replaceAll(/\s+/g, ' ').trim();
    const expr = lines.toSpliced(start, end - start).join('\n');
    const rules = group.rules.with(index, { ...rule, expr });
    return [{ rule: nameOf(rule), condition, group: { ...group, rules } }];
  });
}

/** A condition goes on until its brackets are closed, and over a line that is nothing but `or`. */
function endOfCondition(lines: readonly string[], start: number): number {
  let depth = 0;
  for (let end = start; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    depth += line.split('(').length - line.split(')').length;
    if (depth <= 0 && /\w/.test(line.replace(CONDITION, '').replace(/^\s*on \([^)]*\)/, ''))) return end + 1;
    if (depth <= 0 && end > start) return end + 1;
  }
  return lines.length;
}

function nameOf(rule: Rule): string {
  if ('record' in rule) return [rule.record, rule.labels?.['source']].filter(Boolean).join(' of ');
  const { severity, scope, component } = rule.labels;
  return [rule.alert, severity, scope ?? component].filter(Boolean).join(' ');
}

function isAbout({ rules }: RuleGroup, name: string): boolean {
  const alert = ALERT_NAMES.find((each) => name.startsWith(each));
  return rules.some((rule) => 'alert' in rule && rule.alert === alert);
}
