import { describe, expect, test } from 'vitest';

import { THRESHOLDS } from '../alerts/thresholds.ts';
import { dashboardFiles } from './artifacts.ts';
import type { Dashboard } from './tests/testing/dashboard-json.ts';
import { linksOf, panelsOf, variablesOf } from './tests/testing/dashboard-json.ts';
import { queriesOf } from './tests/rules/rule.ts';
import { childrenOf, nodesIn, parsePromql, selectorsIn, textOf } from './tests/testing/promql.ts';

const settings = { thresholds: THRESHOLDS, runbooks: 'https://runbooks' };

function dashboards(groupBy: readonly string[]): { path: string; dashboard: Dashboard }[] {
  return dashboardFiles({ ...settings, groupBy }).map(({ path, text }) => ({
    path,
    dashboard: JSON.parse(text) as Dashboard,
  }));
}

describe.for(dashboards(['cluster', 'region', 'job']))('$path with cluster and region', ({ dashboard }) => {
  test('has a variable for each before the namespace, and none twice', () => {
    const names = variablesOf(dashboard).map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual(['datasource', 'cluster', 'region', 'namespace']);
    expect(new Set(names).size).toBe(names.length);
  });

  test('narrows every query by them', () => {
    for (const { expr, where } of queriesOf(dashboard)) {
      for (const { matchers } of selectorsIn(expr)) {
        const labels = matchers.map(({ label, operator }) => `${label}${operator}`);
        expect(labels, where).toEqual(expect.arrayContaining(['cluster=~', 'region=~', 'namespace=~']));
      }
    }
  });

  test('groups and matches by them wherever it does by the namespace', () => {
    let lists = 0;
    for (const { expr, where } of queriesOf(dashboard)) {
      for (const list of nodesIn(parsePromql(expr), 'GroupingLabels')) {
        const labels = childrenOf(list)
          .filter(({ name }) => name === 'LabelName')
          .map((node) => textOf(node, expr));
        if (!labels.includes('namespace')) continue;
        lists += 1;
        expect(labels.slice(0, 3), where).toEqual(['cluster', 'region', 'namespace']);
        expect(new Set(labels).size, where).toBe(labels.length);
      }
    }
    expect(lists).toBeGreaterThan(5);
  });

  test('hands them on in every link that hands on the namespace', () => {
    const urls = panelsOf(dashboard).flatMap((panel) => linksOf(panel).map(({ url = '' }) => url));
    for (const url of urls.filter((each) => each.includes('namespace'))) {
      const names = [...url.matchAll(/var-(\w+)=|\$\{(\w+):queryparam\}/g)].map(([, a, b]) => a ?? b);
      expect(names, url).toEqual(expect.arrayContaining(['cluster', 'region']));
    }
  });

  test('shows them in tables, before the namespace', () => {
    for (const { transformations = [] } of panelsOf(dashboard).filter(({ type }) => type === 'table')) {
      const { options } = transformations.find(({ id }) => id === 'organize') as {
        options: { indexByName: Record<string, number>; renameByName: Record<string, string> };
      };
      const { cluster = Infinity, region = Infinity, namespace = -1 } = options.indexByName;
      expect(cluster).toBeLessThan(region);
      expect(region).toBeLessThan(namespace);
      expect(options.renameByName).toMatchObject({ cluster: 'Cluster', region: 'Region' });
    }
  });

  test('names them in legends', () => {
    const named = variablesOf(dashboard).find(({ name }) => name === 'in_bot');
    expect(JSON.stringify(named)).toContain(' in {{cluster}} {{region}} {{namespace}}');
  });
});

test('what is told apart already changes nothing', () => {
  expect(dashboards(['namespace', 'job'])).toEqual(dashboards([]));
});
