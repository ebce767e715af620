import { stringify } from 'yaml';

import { secondsOf, type Duration } from '../thresholds.ts';
import {
  STEP,
  type Expectation,
  type Instance,
  type Quiet,
  type RuleCase,
  type Unbroken,
  type Wording,
} from './rule-case.ts';

/** A test file for `promtool test rules`. @param rules path of the rule file */
export function promtoolFile(rules: string, cases: readonly RuleCase[]): string {
  return stringify({
    rule_files: [rules],
    evaluation_interval: cases[0]?.step ?? STEP,
    tests: cases.map(testOf),
  });
}

function testOf(story: RuleCase) {
  const { name, step = STEP, series, expect = [], quiet = [], unbroken = [], wording = [] } = story;
  return {
    name,
    interval: step,
    input_series: Object.entries(series).map(([selector, values]) => ({ series: selector, values })),
    alert_rule_test: [...Map.groupBy(wording, ({ alert, at }) => `${alert} ${at}`).values()].map(wordingTest),
    promql_expr_test: [
      ...expect.flatMap(expectationTests),
      ...quiet.map(quietTest),
      ...unbroken.map((each) => unbrokenTest(each, step)),
    ],
  };
}

function expectationTests({ alert, severity, at, firing = [], pending }: Expectation) {
  return [
    stateTest(alert, severity, at, 'firing', firing),
    ...(pending ? [stateTest(alert, severity, at, 'pending', pending)] : []),
  ];
}

/** Whatever other labels there are, exactly these instances are in this state. */
function stateTest(
  alert: string,
  severity: string | undefined,
  at: string,
  state: 'firing' | 'pending',
  instances: readonly Instance[],
) {
  const names = ['severity', ...Object.keys(instances[0] ?? {}).filter((name) => name !== 'severity')];
  return {
    expr: `count by (${names.join(', ')}) (${alertsOf(alert, state, severity)})`,
    eval_time: at,
    exp_samples: instances.map((instance) => ({ labels: labelsOf(instance), value: 1 })),
  };
}

/** All that fires of one alert at one time, word by word. */
function wordingTest(all: readonly Wording[]) {
  return {
    eval_time: all[0]?.at,
    alertname: all[0]?.alert,
    exp_alerts: all.map(({ labels, annotations }) => ({ exp_labels: labels, exp_annotations: annotations })),
  };
}

function quietTest({ alert, severity, until }: Quiet) {
  return {
    // Not aggregated: what fired all the same is told by name.
    expr: `count_over_time(${alertsOf(alert, 'firing', severity)}[${until}])`,
    eval_time: until,
    exp_samples: [],
  };
}

function unbrokenTest({ alert, from, until }: Unbroken, step: Duration) {
  const lasts = `${secondsOf(until) - secondsOf(from)}s`;
  return {
    expr: `count_over_time(absent(${alertsOf(alert, 'firing', undefined)})[${lasts}:${step}])`,
    eval_time: until,
    exp_samples: [],
  };
}

function alertsOf(alert: string | undefined, state: string, severity: string | undefined): string {
  const name = alert === undefined ? 'alertname!="Watchdog"' : `alertname="${alert}"`;
  return `ALERTS{${name},alertstate="${state}"${severity === undefined ? '' : `,severity="${severity}"`}}`;
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`;
}
