import { describe, expect, test } from 'vitest';

import { runbookNames } from '../../alerts/runbooks/runbook-files.ts';
import { LINT_RULES } from './rules/all-rules.ts';
import { alertsWithoutLine } from './rules/thresholds.ts';
import { dashboardFiles } from './testing/dashboard-json.ts';
import { metricFacts } from './testing/metric-facts.ts';

const files = dashboardFiles();
const context = {
  dashboards: files.map(({ dashboard }) => dashboard),
  facts: metricFacts(),
  runbooks: new Set(runbookNames()),
};

describe.for(files)('$name.json', ({ name, dashboard }) => {
  test('is named for its uid', () => {
    expect(dashboard.uid).toBe(`shardwatch-${name}`);
  });

  test.for(LINT_RULES)('keeps the rule $name', ({ problemsIn }) => {
    expect(problemsIn(dashboard, context)).toEqual([]);
  });
});

test('the five dashboards that alerts lead to are there', () => {
  const names = files.map(({ name }) => name);
  expect(names.toSorted()).toEqual(['delivery', 'jetstream', 'overview', 'runtime', 'shards']);
});

test('every limit of an alert is drawn where what it is about is drawn', () => {
  expect(alertsWithoutLine(context.dashboards, context.facts)).toEqual([]);
});
