import { beforeAll, describe, expect, test } from 'vitest';

import { ALERT_NAMES, WATCHDOG } from '../../../alerts/thresholds.ts';
import { CASES } from '../testing/cases.ts';
import { podsAreHardened } from '../testing/hardening.ts';
import { helm, CHART, parseManifests, render, template, type Manifest } from '../testing/helm.ts';
import { named, ofKind } from '../testing/manifests.ts';
import {
  budgetsMatch,
  everythingIsScrapedOnce,
  namesAreGood,
  podsAreSpread,
  scaledObjectsScaleSomething,
  secretsAreFiles,
  selectorsMatch,
  serviceAccountsExist,
  servicesHavePods,
} from '../testing/semantics.ts';
import { invalid } from '../testing/validate.ts';

const QUESTIONS = {
  selectorsMatch,
  servicesHavePods,
  everythingIsScrapedOnce,
  budgetsMatch,
  podsAreSpread,
  serviceAccountsExist,
  secretsAreFiles,
  namesAreGood,
  scaledObjectsScaleSomething,
  podsAreHardened,
};

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

/** A manifest with something changed deep inside of it. */
function broken(manifests: readonly Manifest[], kind: string, path: string, value: unknown): Manifest[] {
  const copy = structuredClone(manifests) as Manifest[];
  const keys = path.split('.');
  let place = copy.find((each) => each.kind === kind) as unknown as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) place = place[key] as Record<string, unknown>;
  place[keys.at(-1) ?? ''] = value;
  return copy;
}

const BREAKS: readonly (readonly [keyof typeof QUESTIONS, string, string, unknown])[] = [
  ['selectorsMatch', 'StatefulSet', 'spec.selector.matchLabels', { nobody: 'x' }],
  ['selectorsMatch', 'Deployment', 'spec.selector.matchLabels', {}],
  ['servicesHavePods', 'Service', 'spec.selector', { nobody: 'x' }],
  ['servicesHavePods', 'StatefulSet', 'spec.template.spec.containers.0.ports.0.name', 'web'],
  ['everythingIsScrapedOnce', 'ServiceMonitor', 'spec.endpoints.0.port', 'metrics'],
  ['everythingIsScrapedOnce', 'ServiceMonitor', 'spec.jobLabel', 'app.kubernetes.io/name'],
  ['everythingIsScrapedOnce', 'ServiceMonitor', 'spec.selector.matchLabels', {}],
  ['budgetsMatch', 'PodDisruptionBudget', 'spec.selector.matchLabels', { nobody: 'x' }],
  ['podsAreSpread', 'StatefulSet', 'spec.template.spec.topologySpreadConstraints', []],
  ['serviceAccountsExist', 'StatefulSet', 'spec.template.spec.serviceAccountName', 'nobody'],
  ['secretsAreFiles', 'StatefulSet', 'spec.template.spec.volumes', []],
  ['namesAreGood', 'StatefulSet', 'metadata.name', 'x'.repeat(53)],
  ['podsAreHardened', 'StatefulSet', 'spec.template.spec.containers.0.resources', {}],
  ['podsAreHardened', 'Pod', 'spec.containers.0.image', 'shardwatch:latest'],
];

test.for(BREAKS)('%s notices when %s has another %s', ([name, kind, path, value]) => {
  expect(QUESTIONS[name](broken(defaults, kind, path, value))).not.toEqual([]);
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
