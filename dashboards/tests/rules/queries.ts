import { isDuration, secondsOf, THRESHOLDS, type AlertThresholds } from '../../../alerts/thresholds.ts';
import { queryOf, variablesOf, type Dashboard } from '../testing/dashboard-json.ts';
import {
  childrenOf,
  nodesIn,
  parsePromql,
  selectorsIn,
  syntaxErrorIn,
  textOf,
  type Selector,
} from '../testing/promql.ts';
import {
  queriesOf,
  RANGE,
  RATE_INTERVAL,
  rawQueriesOf,
  readable,
  valueOf,
  withSentinels,
  type LintRule,
  type Query,
} from './rule.ts';

const RATES = new Set(['rate', 'irate', 'increase']);
/** What makes sense of a number that only grows and begins anew. */
const OF_COUNTERS = new Set([
  ...RATES,
  'resets',
  'absent',
  'absent_over_time',
  'present_over_time',
  'timestamp',
]);

export const promql: LintRule = {
  name: 'promql',
  problemsIn: (dashboard) => {
    const queries = [...rawQueriesOf(dashboard), ...variableQueriesOf(dashboard)];
    return queries.flatMap(({ where, text }) => {
      try {
        const error = syntaxErrorIn(withSentinels(text, dashboard));
        return error === undefined ? [] : [`${where}: ${error}`];
      } catch (error) {
        return [`${where}: ${String(error)}`];
      }
    });
  },
};

/** `label_values(up{job="x"}, instance)` -> `up{job="x"}` */
function innerQuery(query: string): string {
  const [, selector = '', expr = ''] =
    /^\s*(?:label_values\((.*),\s*\w+\)|query_result\((.*)\))\s*$/s.exec(query) ?? [];
  return selector || expr;
}

export const rateInterval: LintRule = {
  name: 'rate-interval',
  problemsIn: (dashboard) =>
    eachSelector(queriesOf(dashboard), ({ range, functions: [innermost = ''], metric }, instant) => {
      if (!RATES.has(innermost) || range === undefined) return [];
      // The columns of a table and single numbers may look back as far as their titles say.
      if (innermost === 'increase' && instant) return [];
      if (range === RATE_INTERVAL || range === RANGE || ALERT_WINDOWS.has(range)) return [];
      return [
        `${innermost}(${metric}[${range}]): neither $__rate_interval, $__range nor the window of an alert`,
      ];
    }),
};

/** In every way that PromQL writes them here: 10m and 600s. */
const ALERT_WINDOWS = new Set(
  Object.values(THRESHOLDS)
    .flatMap((parameters: AlertThresholds) => [parameters['window'], parameters['recent']])
    .filter(isDuration)
    .flatMap((duration) => [duration, `${secondsOf(duration)}s`]),
);

export const counters: LintRule = {
  name: 'counters-rated',
  problemsIn: (dashboard, { facts }) =>
    eachSelector(queriesOf(dashboard), ({ metric, functions, aggregations }) => {
      const kind = facts.kindOf(metric);
      const rated = functions.filter((name) => RATES.has(name) || name === 'resets');
      if (kind === 'gauge' && rated.length > 0) return [`gauge ${metric} in ${rated.join(', ')}()`];
      const counted = aggregations.some((name) => name === 'count' || name === 'group');
      if (kind === 'counter' && !counted && !functions.some((name) => OF_COUNTERS.has(name))) {
        return [`counter ${metric} not in rate(), increase() or the like`];
      }
      return [];
    }),
};

export const knownMetrics: LintRule = {
  name: 'metrics-exist',
  problemsIn: (dashboard, { facts }) =>
    eachSelector(allQueries(dashboard), ({ metric, matchers }) => {
      if (facts.kindOf(metric) === undefined) return [`no metric of ours: "${metric}"`];
      const labels = facts.labelsOf(metric);
      return matchers
        .filter(({ label }) => !labels.has(label))
        .map(({ label }) => `${metric} has no label ${label}`);
    }),
};

export const groupings: LintRule = {
  name: 'groupings-exist',
  problemsIn: (dashboard, { facts }) =>
    queriesOf(dashboard).flatMap(({ where, expr }) => {
      if (syntaxErrorIn(expr) !== undefined) return [];
      const tree = parsePromql(expr);
      const known = new Set(selectorsIn(expr).flatMap(({ metric }) => [...facts.labelsOf(metric)]));
      for (const call of nodesIn(tree, 'FunctionCall')) {
        const name = textOf(call, expr);
        const [, made] = /^label_(?:replace|join)\([\s\S]*?,\s*"(\w+)"/.exec(name) ?? [];
        if (made !== undefined) known.add(made);
      }
      return nodesIn(tree, 'GroupingLabels')
        .flatMap(childrenOf)
        .filter(({ name }) => name === 'LabelName')
        .map((node) => textOf(node, expr))
        .filter((label) => !known.has(label))
        .map((label) => `${where}: grouped by ${label}, which no metric of it has`);
    }),
};

/** Each selector is narrowed to what is looked at; a series without the label must be able to match. */
export const placeMatchers: LintRule = {
  name: 'place-matchers',
  problemsIn: (dashboard, { facts }) => {
    const names = new Set(variablesOf(dashboard).map(({ name }) => valueOf(name)));
    return eachSelector(queriesOf(dashboard), ({ metric, matchers }) => {
      const labels = facts.labelsOf(metric);
      // Alerts that are summed over jobs bear none.
      const wanted = ['namespace', ...(metric.startsWith('ALERTS') ? [] : ['job'])].filter((label) =>
        labels.has(label),
      );
      return wanted
        .filter(
          (label) =>
            !matchers.some((each) => each.label === label && each.operator === '=~' && names.has(each.value)),
        )
        .map((label) => `${metric} without a matcher such as ${label}=~"$${label}"`);
    });
  },
};

function allQueries(dashboard: Dashboard): Query[] {
  return [...queriesOf(dashboard), ...readable(dashboard, variableQueriesOf(dashboard))];
}

/** What variables select: without the function around it. */
function variableQueriesOf(dashboard: Dashboard): Omit<Query, 'expr'>[] {
  return variablesOf(dashboard)
    .filter(({ type }) => type === 'query')
    .map((variable) => ({ where: `variable ${variable.name}`, text: innerQuery(queryOf(variable)) }));
}

function eachSelector(
  queries: readonly Pick<Query, 'where' | 'expr' | 'target'>[],
  problemsOf: (selector: Selector, instant: boolean) => string[],
): string[] {
  return queries
    .filter(({ expr }) => syntaxErrorIn(expr) === undefined)
    .flatMap(({ where, expr, target }) =>
      selectorsIn(expr).flatMap((selector) =>
        problemsOf(selector, target?.instant === true).map((problem) => `${where}: ${problem}`),
      ),
    );
}
