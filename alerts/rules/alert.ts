import type { Settings } from '../settings.ts';
import { SEVERITIES, type AlertName, type Duration, type Severity } from '../thresholds.ts';
import type { AlertingRule, Labels } from './rule.ts';

export interface AlertText {
  /** One fixed sentence: what is wrong. */
  readonly summary: string;
  /** With the value, what it means, and what to do first. */
  readonly description: string;
}

export interface AlertSpec extends AlertText {
  readonly alert: AlertName;
  readonly severity: Severity;
  readonly expr: string;
  readonly dashboard: Dashboard;
  /** Beside the severity; fixed ones, which tell rules of one alert apart. */
  readonly labels?: Labels;
}

export interface Dashboard {
  readonly uid: 'overview' | 'shards' | 'jetstream' | 'runtime' | 'delivery';
  /** Id of the panel that shows what the alert compares. */
  readonly panel: number;
  /** How far back to look; by default an hour. */
  readonly from?: string;
  /** Variable of the dashboard -> label of the alert. */
  readonly variables: Labels;
}

/** One alerting rule, with everything that all of them have in common. */
export function alertRule(settings: Settings, spec: AlertSpec): AlertingRule {
  const { alert, severity, expr, summary, description } = spec;
  const limits = settings.thresholds[alert] as Partial<
    Record<Severity, { for: Duration; keepFiringFor: Duration }>
  >;
  const limit = limits[severity];
  if (!limit) throw new TypeError(`${alert} has no ${severity} limit`);
  return {
    alert,
    expr,
    ...(limit.for !== '0s' && { for: limit.for }),
    ...(limit.keepFiringFor !== '0s' && { keep_firing_for: limit.keepFiringFor }),
    labels: { ...settings.labels, severity, ...spec.labels },
    annotations: {
      summary,
      description: description.replaceAll(/\s+/g, ' ').trim(),
      runbook_url: `${settings.links.runbooks}/${alert}.md`,
      ...dashboardUrls(settings, spec.dashboard),
    },
  };
}

/** Both severities of an alert, the warning first. */
export function bothSeverities<Limit>(
  limits: Readonly<Record<Severity, Limit>>,
  rule: (limit: Limit, severity: Severity) => AlertingRule,
): AlertingRule[] {
  return SEVERITIES.map((severity) => rule(limits[severity], severity));
}

/** For descriptions: the namespace, where there is one. */
export const IN_NAMESPACE = '{{ with $labels.namespace }} in namespace {{ . }}{{ end }}';

/** Of the dashboard with everything around the fault, and of the one graph that the alert looks at. */
export function dashboardUrls({ links }: Settings, { uid, panel, from = 'now-1h', variables }: Dashboard) {
  const values = Object.entries(variables).map(
    ([variable, label]) => `&var-${variable}={{ $labels.${label} | urlquery }}`,
  );
  const place = '{{ with $labels.namespace }}&var-namespace={{ . | urlquery }}{{ end }}';
  const page = `${links.dashboards}/d/shardwatch-${uid}?from=${from}&to=now${values.join('')}${place}`;
  return { dashboard_url: page, panel_url: `${page}&viewPanel=${panel}` };
}
