import { interpolate, UnknownVariable, type VariableValue } from '../../testing/interpolate.ts';
import {
  annotationsOf,
  exprOf,
  nameOf,
  queryPanelsOf,
  variablesOf,
  type Dashboard,
  type Panel,
  type Target,
} from '../testing/dashboard-json.ts';
import type { MetricFacts } from '../testing/metric-facts.ts';

export interface LintContext {
  /** All that are shipped together, to see where links lead. */
  readonly dashboards: readonly Dashboard[];
  readonly facts: MetricFacts;
  /** Names of those that exist. */
  readonly runbooks: ReadonlySet<string>;
}

export interface LintRule {
  readonly name: string;
  /** What is wrong, a line for each; empty where nothing is. */
  readonly problemsIn: (dashboard: Dashboard, context: LintContext) => string[];
}

/** Durations that stand for Grafana's, and that nobody would write. */
export const RATE_INTERVAL = '86243s';
export const RANGE = '7654321s';
const SENTINELS = { rateIntervalSeconds: 86_243, rangeSeconds: 7_654_321, stepSeconds: 3_331 };

/** What stands for the value of a variable. */
export function valueOf(variable: string): string {
  return `var_${variable}`;
}

/** With a value for each variable and duration that tells where it came from. @throws {UnknownVariable} */
export function withSentinels(text: string, dashboard: Dashboard): string {
  const variables: Record<string, VariableValue> = {};
  for (const { name, multi = false } of variablesOf(dashboard)) {
    variables[name] = { values: [valueOf(name)], multi };
  }
  return interpolate(text, { variables, ...SENTINELS });
}

export interface Query {
  /** For messages. */
  readonly where: string;
  /** As it stands in the file. */
  readonly text: string;
  /** With sentinels. */
  readonly expr: string;
  /** Undefined of an annotation. */
  readonly panel?: Panel;
  readonly target?: Target;
}

/** Of panels and annotations; those that cannot be read are left to `promql`. */
export function queriesOf(dashboard: Dashboard): Query[] {
  return readable(dashboard, rawQueriesOf(dashboard));
}

export function readable(dashboard: Dashboard, queries: readonly Omit<Query, 'expr'>[]): Query[] {
  return queries.flatMap((query) => {
    try {
      return [{ ...query, expr: withSentinels(query.text, dashboard) }];
    } catch (error) {
      if (error instanceof UnknownVariable) return [];
      throw error;
    }
  });
}

export function rawQueriesOf(dashboard: Dashboard): Omit<Query, 'expr'>[] {
  return [
    ...queryPanelsOf(dashboard).flatMap((panel) =>
      (panel.targets ?? []).map((target) => ({
        where: `${nameOf(panel)} ${target.refId}`,
        text: target.expr ?? '',
        panel,
        target,
      })),
    ),
    ...annotationsOf(dashboard)
      .filter((annotation) => annotation.builtIn !== 1)
      .map((annotation) => ({ where: `annotation "${annotation.name}"`, text: exprOf(annotation) })),
  ];
}
