import { beforeAll, describe, expect, test } from 'vitest';

import { ALERT_NAMES, WATCHDOG } from '../../../alerts/thresholds.ts';
import { CASES } from '../testing/cases.ts';
import { helm, CHART, parseManifests, render, template, type Manifest } from '../testing/helm.ts';
import { named, ofKind } from '../testing/manifests.ts';
import { QUESTIONS } from '../testing/questions.ts';
import { invalid } from '../testing/validate.ts';

let defaults: Manifest[];
beforeAll(async () => {
  defaults = await render();
});

test('helm lint --strict finds nothing', async () => {
  const { status, stdout } = await helm(['lint', '--strict', CHART]);
  expect(status, stdout).toBe(0);
});

describe.for(CASES)('%s', ([, rendering]) => {
  test('is valid, means what it should, and comes out the same each time', async () => {
    const { status, stdout, stderr } = await template(rendering);
    expect(status, stderr).toBe(0);
    const manifests = parseManifests(stdout);
    expect(await invalid(manifests)).toEqual([]);
    for (const [name, question] of Object.entries(QUESTIONS)) expect(question(manifests), name).toEqual([]);
    expect((await template(rendering)).stdout).toBe(stdout);
  });
});

test('every alert and every dashboard is shipped, with what Grafana looks for', () => {
  const { groups } = named(defaults, 'PrometheusRule', 'shardwatch').spec as {
    groups: { rules: { alert?: string; annotations?: { dashboard_url: string } }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules).filter(({ alert }) => alert !== undefined);
  expect(new Set(rules.map(({ alert }) => alert))).toEqual(new Set([...ALERT_NAMES, WATCHDOG]));
  const boards = ofKind(defaults, 'ConfigMap').flatMap(({ metadata, data }) => {
    expect(metadata.labels?.['grafana_dashboard']).toBe('1');
    return Object.values(data ?? {}).map((text) => (JSON.parse(text) as { uid: string }).uid);
  });
  // Every link of an alert leads to one of them.
  const linked = rules.map(({ annotations }) => /\/d\/([\w-]+)/.exec(annotations?.dashboard_url ?? '')?.[1]);
  expect(linked.length).toBeGreaterThan(10);
  for (const uid of linked) expect(boards).toContain(uid);
});
