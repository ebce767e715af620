import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import type { AlertingRule, RuleGroup } from '../rules/rule.ts';
import { ALERT_NAMES, WATCHDOG } from '../thresholds.ts';
import { runbookNames } from './runbook-files.ts';
import { parseRunbook, withoutCode, type Part } from './testing/parsed-runbook.ts';
import { foreignReferences, ownReferences } from './testing/references.ts';
import { REPOSITORY } from './testing/sources.ts';

const SECTIONS = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation', 'Threshold and why'];
const OVER = 'Over when';

const { groups } = parse(readFileSync(join(REPOSITORY, 'alerts/generated/rules.yaml'), 'utf8')) as {
  groups: RuleGroup[];
};
const alerts = groups.flatMap(({ rules }) => rules).filter((rule): rule is AlertingRule => 'alert' in rule);
const runbooks = runbookNames().map(parseRunbook);
const byName = new Map(runbooks.map((runbook) => [runbook.name, runbook]));

test('every alert has a runbook, and every runbook an alert', () => {
  const named = [...new Set(alerts.map(({ alert }) => alert))].sort();
  expect(runbookNames()).toEqual(named);
  expect(named).toEqual([...ALERT_NAMES, WATCHDOG].sort());
});

test('every runbook_url ends in the file of its alert', () => {
  for (const { alert, annotations } of alerts) {
    expect(basename(annotations['runbook_url'] ?? '')).toBe(`${alert}.md`);
  }
});

const LEADS_ON = /\bstep \d|\bdo [A-G]\b|\]\(\w+\.md\)|\bwait\b|it is over|by itself|the developers/i;

describe.for(runbooks)('runbook $name', (runbook) => {
  const steps = runbook.parts('Diagnosis');
  const actions = runbook.parts('Mitigation');
  const over = actions.at(-1);

  test('has exactly the sections that every runbook has', () => {
    expect(runbook.title).toBe(`# ${runbook.name}`);
    expect([...runbook.sections.keys()]).toEqual(SECTIONS);
    for (const text of runbook.sections.values()) expect(text.trim()).not.toBe('');
  });

  test('diagnoses in numbered steps, each with something to run and with answers that lead on', () => {
    expect(steps.map(({ mark }) => mark)).toEqual(steps.map((_, index) => String(index + 1)));
    for (const { title, text } of steps) {
      expect(text, title).toMatch(/^```(promql|sh)$/m);
      const answers = withoutCode(text)
        .split('\n')
        .filter((line) => line.startsWith('- '));
      expect(answers.length, title).toBeGreaterThan(0);
      for (const answer of answers) expect(answer, title).toMatch(LEADS_ON);
    }
  });

  test('refers to steps and actions that there are, and to every one of them', () => {
    const marks = (parts: readonly Part[]) => parts.map(({ mark }) => mark).filter(Boolean);
    const inDiagnosis = ownReferences(runbook, runbook.sections.get('Diagnosis') ?? '');
    const inMitigation = ownReferences(runbook, runbook.sections.get('Mitigation') ?? '');
    const elsewhere = runbooks.flatMap(foreignReferences).filter(([name]) => name === runbook.name);
    const used = [...inDiagnosis.steps, ...inMitigation.steps, '1', ...elsewhere.map(([, mark]) => mark)];
    expect(marks(steps)).toEqual(expect.arrayContaining([...inDiagnosis.steps, ...inMitigation.steps]));
    expect(used).toEqual(expect.arrayContaining(marks(steps)));
    const done = [...inDiagnosis.actions, ...inMitigation.actions];
    expect(marks(actions)).toEqual(expect.arrayContaining(done));
    expect([...done, ...elsewhere.map(([, mark]) => mark)]).toEqual(expect.arrayContaining(marks(actions)));
  });

  test('refers to other runbooks that there are, and to steps and actions that those have', () => {
    for (const [, name = '', file = ''] of runbook.markdown.matchAll(/\[(\w+)\]\(([^)]*\.md)\)/g)) {
      expect(file).toBe(`${name}.md`);
      expect([...byName.keys()]).toContain(name);
    }
    for (const [name, mark] of foreignReferences(runbook)) {
      const other = byName.get(name);
      const parts = [...(other?.parts('Diagnosis') ?? []), ...(other?.parts('Mitigation') ?? [])];
      expect(parts.map((part) => part.mark)).toContain(mark);
    }
  });

  test('tells the risk of every action, and at the end how to see that it is over', () => {
    expect(over?.title).toBe(OVER);
    expect(over?.text).toMatch(/^```promql$/m);
    for (const { mark, title, text } of actions.slice(0, -1)) {
      expect(mark, title).toMatch(/^[A-G]$/);
      expect(text, title).toMatch(/^Risk: /m);
    }
  });
});
