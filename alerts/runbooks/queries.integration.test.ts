import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';
import { labelsOf } from '../../bot/testing/documented-labels.ts';
import { Prometheus } from '../../deploy/local/prometheus.ts';
import { applyValues } from '../apply-values.ts';
import { ruleGroups } from '../rules/groups.ts';
import { ruleFile } from '../rules/rule-file.ts';
import { checkRules } from '../tests/promtool.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { runbookNames } from './runbook-files.ts';
import { exportedNames } from './testing/exported-metrics.ts';
import { parseRunbook } from './testing/parsed-runbook.ts';
import { namesIn } from './testing/promql-names.ts';
import { TroubledFleet } from './testing/troubled-fleet.ts';

/** Of Prometheus and Alertmanager themselves; those of Prometheus are asked from a real one below. */
const THEIRS = /^(up|ALERTS|prometheus_\w+)$/;
/** What Prometheus's discovery and rules add to our own labels. */
const TARGET_LABELS = ['job', 'instance', 'namespace', 'pod', 'container'];
/** Needs days of samples, or a fault of Prometheus itself. */
const EMPTY_TODAY = /\boffset \d+d|:rise|:max1d|prometheus_rule_evaluation_failures_total/;

const rules = ruleGroups(DEFAULT_SETTINGS).flatMap((group) => group.rules);
const recorded = new Set(rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])));
const exported = exportedNames();
const queries = runbookNames().flatMap((name) =>
  parseRunbook(name)
    .code.filter(({ language }) => language === 'promql')
    .map(({ text, under }) => ({ runbook: name, under, text })),
);

test('rules and runbooks ask for metrics and labels that our processes export', () => {
  const expressions = [
    ...rules.map((rule) => ({ where: 'record' in rule ? rule.record : rule.alert, text: rule.expr })),
    ...queries.map(({ runbook, text }) => ({ where: runbook, text })),
  ];
  for (const { where, text } of expressions) {
    const { metrics, filters } = namesIn(text);
    expect(metrics.size, `${where}: ${text}`).toBeGreaterThan(where === 'Watchdog' ? -1 : 0);
    for (const name of metrics) {
      const known = exported.has(name) || recorded.has(name) || THEIRS.test(name);
      expect(known, `${where}: ${name}`).toBe(true);
    }
    for (const [metric, label] of filters) {
      if (!exported.has(metric)) continue;
      expect([...(labelsOf(metric) ?? []), ...TARGET_LABELS], `${where}: ${metric}`).toContain(label);
    }
  }
});

test('what stands between backticks and looks like a metric is one', () => {
  const own = /^(discord|worker|jetstream|bot|nodejs|process|shardwatch)_\w+$/;
  const words = new Set(['discord_identify', 'discord_sessions']);
  for (const name of runbookNames()) {
    const named = parseRunbook(name).inline.filter((text) => own.test(text) && !words.has(text));
    for (const metric of named) expect([...exported], name).toContain(metric);
  }
});

describe.for(await testedVersions('promtool'))('promtool $version', (promtool) => {
  test('every query of a runbook is PromQL', async () => {
    const lines = queries.flatMap(({ text, runbook }, index) => [
      `      - record: runbook:${runbook.toLowerCase()}:query${index}`,
      `        expr: |-`,
      ...text.split('\n').map((line) => `          ${line}`),
    ]);
    const file = ['groups:', '  - name: runbooks', '    rules:', ...lines, ''].join('\n');
    const { output } = await checkRules(promtool, file);
    expect(output).toContain(`SUCCESS: ${queries.length} rules found`);
    const broken = await checkRules(promtool, file.replace('sort_desc(', 'sort_desc(('));
    expect(broken.passed).toBe(false);
  });
});

describe('a real Prometheus that scrapes a fleet in trouble', () => {
  let fleet: TroubledFleet;
  let prometheus: Prometheus;

  beforeAll(async () => {
    fleet = await TroubledFleet.start();
    const quick = applyValues({ prometheus: { scrapeInterval: '1s', evaluationInterval: '1s' } });
    prometheus = await Prometheus.start({
      jobs: {
        gateway: fleet.targets('gateway'),
        // Nobody listens on the last one: it is down.
        worker: [...fleet.targets('worker'), '127.0.0.1:1'],
        exporter: fleet.targets('exporter'),
        prometheus: [],
      },
      rules: ruleFile(quick).replaceAll('interval: 5m', 'interval: 1s'),
      alertmanager: '127.0.0.1:1',
      scrapeInterval: '1s',
      evaluationInterval: '1s',
    });
    await prometheus.setTargets('prometheus', [new URL(prometheus.url).host]);
    // Rates take two scrapes, and rules one evaluation after them.
    await answered(prometheus, 'rate(prometheus_notifications_dropped_total[1m])');
    await answered(prometheus, 'max(shardwatch:redelivered:ratio)');
  });

  afterAll(async () => {
    await prometheus[Symbol.asyncDispose]();
    await fleet[Symbol.asyncDispose]();
  });

  test.for(queries)('answers $runbook, $under', async ({ text }) => {
    const answer = await prometheus.query(text);
    if (!EMPTY_TODAY.test(text)) expect(answer, text).not.toEqual([]);
    // An answer that cannot be read at 3 AM is none.
    expect(answer.length, text).toBeLessThan(60);
  });
});

async function answered(prometheus: Prometheus, query: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while ((await prometheus.query(query)).length === 0) {
    if (performance.now() > deadline) throw new Error(`no answer to ${query}`);
    await sleep(200);
  }
}
