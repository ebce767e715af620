import { ALERT_NAMES, THRESHOLDS, type AlertName, type Limit } from '../../../alerts/thresholds.ts';
import { nameOf, queryPanelsOf, type Dashboard, type Panel } from '../testing/dashboard-json.ts';
import type { MetricFacts } from '../testing/metric-facts.ts';
import { selectorsIn, syntaxErrorIn } from '../testing/promql.ts';
import { queriesOf, type LintRule } from './rule.ts';

/** Whether there is anything at all, where one is too many. */
const ANY = 1;

/** Numbers of a panel's thresholds are the limits of the alert about what it shows, all of them and no other. */
export const thresholds: LintRule = {
  name: 'thresholds-are-the-alerts',
  problemsIn: (dashboard, { facts }) => {
    const limits = limitsByMetric(facts);
    return queryPanelsOf(dashboard).flatMap((panel) => {
      const lists = thresholdValues(panel);
      return lists.flatMap((values) => {
        if (values.length === 0 || (panel.type !== 'timeseries' && values.join() === String(ANY))) return [];
        const known = metricsOf(dashboard, panel, facts).flatMap((metric) => limits.get(metric) ?? []);
        if (known.some((each) => each.values.join() === values.join())) return [];
        const wanted = known.map(({ alert, values: those }) => `${alert} ${those.join(', ')}`).join(' or ');
        return [`${nameOf(panel)} has thresholds ${values.join(', ')}; alerts: ${wanted || 'none'}`];
      });
    });
  },
};

/** Each limit of an alert is drawn wherever what it is about is drawn over time. */
export function alertsWithoutLine(dashboards: readonly Dashboard[], facts: MetricFacts): AlertName[] {
  const limits = limitsByMetric(facts);
  const drawn = new Set(
    dashboards.flatMap((dashboard) =>
      queryPanelsOf(dashboard)
        .filter(
          (panel) => panel.type === 'timeseries' && thresholdValues(panel).some(({ length }) => length > 0),
        )
        .flatMap((panel) => metricsOf(dashboard, panel, facts))
        .flatMap((metric) => (limits.get(metric) ?? []).map(({ alert }) => alert)),
    ),
  );
  return ALERT_NAMES.filter((alert) => valuesOf(alert).length > 0 && !drawn.has(alert));
}

/** Drawn over time as lines; in other panels the value itself is there to read. */
export const thresholdLines: LintRule = {
  name: 'thresholds-have-lines',
  problemsIn: (dashboard) =>
    queryPanelsOf(dashboard)
      .filter(
        (panel) => panel.type === 'timeseries' && thresholdValues(panel).some(({ length }) => length > 0),
      )
      .flatMap((panel) => {
        const style = panel.fieldConfig?.defaults?.custom?.['thresholdsStyle'] as
          { mode?: string } | undefined;
        return /line|dashed/.test(style?.mode ?? '')
          ? []
          : [`${nameOf(panel)} tells its thresholds by colour only (${style?.mode ?? 'off'})`];
      }),
};

interface LimitsOfAlert {
  readonly alert: AlertName;
  /** Those that can be drawn: above 0. */
  readonly values: readonly number[];
}

/** By the metrics that only this alert compares with its limits. */
function limitsByMetric({ alerts, basesOf }: MetricFacts): Map<string, LimitsOfAlert[]> {
  const metricsOfAlert = new Map<AlertName, Set<string>>();
  for (const { alert, expr } of alerts) {
    const name = ALERT_NAMES.find((each) => each === alert);
    if (name === undefined || valuesOf(name).length === 0) continue;
    const metrics = selectorsIn(expr).flatMap(({ metric }) => [...basesOf(metric)]);
    metricsOfAlert.set(name, new Set([...(metricsOfAlert.get(name) ?? []), ...metrics]));
  }
  const limits = new Map<string, LimitsOfAlert[]>();
  for (const [alert, metrics] of metricsOfAlert) {
    const others = [...metricsOfAlert]
      .filter(([other]) => other !== alert)
      .flatMap(([, names]) => [...names]);
    for (const metric of metrics) {
      if (others.includes(metric)) continue;
      limits.set(metric, [...(limits.get(metric) ?? []), { alert, values: valuesOf(alert) }]);
    }
  }
  return limits;
}

function valuesOf(alert: AlertName): number[] {
  const { warning, critical }: { warning?: Limit; critical?: Limit } = THRESHOLDS[alert];
  return [warning?.value, critical?.value].filter((value) => value !== undefined && value > 0) as number[];
}

function metricsOf(dashboard: Dashboard, panel: Panel, facts: MetricFacts): string[] {
  return queriesOf(dashboard)
    .filter((query) => query.panel === panel && syntaxErrorIn(query.expr) === undefined)
    .flatMap(({ expr }) => selectorsIn(expr))
    .flatMap(({ metric }) => [...facts.basesOf(metric)]);
}

/** Of the panel and of each override that has its own; without the colour of what lies below all. */
export function thresholdValues({ fieldConfig }: Panel): number[][] {
  const overridden = (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.flatMap(({ id, value }) => (id === 'thresholds' ? [value] : [])),
  );
  return [fieldConfig?.defaults?.thresholds, ...overridden].map((each) => {
    const { steps = [] } = (each ?? {}) as { steps?: readonly { value: number | null }[] };
    return steps.flatMap(({ value }) => value ?? []);
  });
}
