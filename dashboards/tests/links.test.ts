import { describe, expect, test } from 'vitest';

import { readRunbook, runbookNames } from '../../alerts/runbooks/runbook-files.ts';
import type { AlertingRule } from '../../alerts/rules/rule.ts';
import { WATCHDOG } from '../../alerts/thresholds.ts';
import { targetProblems } from './rules/links.ts';
import { queriesOf } from './rules/rule.ts';
import { filledIn, labelsNamedIn, variablesFilledBy } from './testing/alert-links.ts';
import {
  dashboardFiles,
  linksOf,
  panelsOf,
  queryOf,
  variablesOf,
  type Panel,
} from './testing/dashboard-json.ts';
import { metricFacts } from './testing/metric-facts.ts';
import { selectorsIn } from './testing/promql.ts';
import { shapeOf } from './testing/series-shape.ts';

const dashboards = dashboardFiles().map(({ dashboard }) => dashboard);
const facts = metricFacts();
const alerts = facts.alerts.map((rule, index) => ({ rule, title: `${rule.alert} (rule ${index})` }));
/** A deploy, a scrape and a restart are of another job than the fault: narrowing to its job would hide them. */
const STAYS_AT_ALL = 'job';
/** Alerts whose panel tells the same by another metric. */
const TOLD_OTHERWISE: Readonly<Record<string, string>> = {
  [WATCHDOG]: 'asks for nothing',
  JetStreamConsumerStalled: 'compares sequences; people read the time since they last moved',
};

function link({ annotations }: AlertingRule, name: 'dashboard_url' | 'panel_url'): string {
  return annotations[name] ?? '';
}

function linked(rule: AlertingRule) {
  const url = filledIn(link(rule, 'panel_url'));
  const dashboard = dashboards.find(({ uid }) => url.includes(`/d/${uid}?`));
  if (!dashboard) throw new Error(`no dashboard at ${url}`);
  const id = Number(/viewPanel=(\d+)/.exec(url)?.[1]);
  const panel = panelsOf(dashboard).find((each) => each.id === id) as Panel;
  return { dashboard, panel };
}

function labelsOfAlert({ expr, labels }: AlertingRule): Set<string> {
  return new Set([...shapeOf(expr, facts.labelsOf).labels, ...Object.keys(labels)]);
}

describe.for(alerts)('$title', ({ rule }) => {
  test('leads to a dashboard, its variables and a panel that exist, in a namespace and without', () => {
    for (const absent of [new Set<string>(), new Set(['namespace'])]) {
      for (const name of ['dashboard_url', 'panel_url'] as const) {
        const url = filledIn(link(rule, name), absent);
        expect(url).not.toMatch(/[{}]/);
        expect(targetProblems(new URL(url).href, dashboards)).toEqual([]);
      }
    }
    expect(link(rule, 'panel_url')).toMatch(/viewPanel=\d+$/);
  });

  test('fills variables from labels that it has', () => {
    const labels = labelsOfAlert(rule);
    for (const name of labelsNamedIn(link(rule, 'panel_url')))
      expect([...labels, 'namespace']).toContain(name);
  });

  test('fills every variable of the dashboard that it knows a value of', () => {
    const { dashboard } = linked(rule);
    const labels = labelsOfAlert(rule);
    const filled = variablesFilledBy(rule);
    for (const variable of variablesOf(dashboard)) {
      const [, label = ''] = /,\s*(\w+)\)\s*$/.exec(queryOf(variable)) ?? [];
      if (variable.name === STAYS_AT_ALL || !labels.has(label)) continue;
      expect({ variable: variable.name, label: filled.get(variable.name) }).toEqual({
        variable: variable.name,
        label,
      });
    }
  });

  test('leads to the panel that shows what it looks at', () => {
    if (TOLD_OTHERWISE[rule.alert] !== undefined) return;
    const { dashboard, panel } = linked(rule);
    const basesOf = (expr: string) => selectorsIn(expr).flatMap(({ metric }) => [...facts.basesOf(metric)]);
    const shown = queriesOf(dashboard).filter((query) => query.panel === panel);
    const metrics = new Set(shown.flatMap(({ expr }) => basesOf(expr)));
    const common = basesOf(rule.expr).filter((metric) => metrics.has(metric));
    expect(common, `${rule.alert} and ${panel.title}`).not.toEqual([]);
  });

  test('that panel leads on to its runbook', () => {
    const { panel } = linked(rule);
    const urls = linksOf(panel).map(({ url = '' }) => url);
    // The table of alerts has one link for all.
    const leads = urls.some(
      (url) => url.endsWith(`/${rule.alert}.md`) || url.endsWith('/runbooks/${__value.raw}.md'),
    );
    expect(leads, `panel ${panel.id} "${panel.title}": ${urls.join(' ')}`).toBe(true);
  });
});

describe.for(runbookNames())('runbook %s', (name) => {
  const urls = [...readRunbook(name).matchAll(/\]\((\S+\/d\/shardwatch-\S+?)\)/g)].map(([, url = '']) => url);

  test('leads to dashboards, variables and panels that exist', () => {
    expect(urls.length).toBeGreaterThan(0);
    for (const url of urls) expect(targetProblems(url, dashboards), url).toEqual([]);
  });

  test('leads to where its alert does', () => {
    const rules = facts.alerts.filter(({ alert }) => alert === name);
    const places = (all: readonly string[]) =>
      new Set(
        all.map((url) => `${/\/d\/([\w-]+)/.exec(url)?.[1]} ${/viewPanel=(\d+)/.exec(url)?.[1] ?? ''}`),
      );
    const wanted = places(rules.flatMap((rule) => [link(rule, 'dashboard_url'), link(rule, 'panel_url')]));
    expect(wanted.size).toBeGreaterThan(0);
    expect([...places(urls)].toSorted()).toEqual([...wanted].toSorted());
  });
});

test('every dashboard is where some alert leads to, so that none is found by chance only', () => {
  const reached = new Set(facts.alerts.map((rule) => linked(rule).dashboard.uid));
  expect(reached).toEqual(new Set(dashboards.map(({ uid }) => uid)));
});

test('a link that leads nowhere is noticed', () => {
  expect(targetProblems('http://grafana/d/shardwatch-shard?var-shard=1', dashboards)).toHaveLength(1);
  expect(targetProblems('http://grafana/d/shardwatch-shards?var-shrad=1', dashboards)).toHaveLength(1);
  expect(targetProblems('http://grafana/d/shardwatch-shards?viewPanel=4711', dashboards)).toHaveLength(1);
  expect(targetProblems('http://grafana/d/shardwatch-shards?shard=1', dashboards)).toHaveLength(1);
});
