import { labelsOf } from '../../../bot/testing/documented-labels.ts';
import { ruleGroups } from '../../../alerts/rules/groups.ts';
import type { AlertingRule, Rule } from '../../../alerts/rules/rule.ts';
import {
  exporterRegistry,
  gatewayRegistry,
  workerRegistry,
} from '../../../alerts/runbooks/testing/exported-metrics.ts';
import { DEFAULT_SETTINGS } from '../../../alerts/settings.ts';
import { shapeOf } from './series-shape.ts';
import { selectorsIn } from './promql.ts';

/** What Prometheus's discovery adds: namespace, pod and container on Kubernetes only. */
export const TARGET_LABELS = ['job', 'instance', 'namespace', 'pod', 'container', 'service', 'endpoint'];
/** Of Prometheus itself. */
const THEIRS = ['up', 'ALERTS', 'ALERTS_FOR_STATE'];
const ALERT_LABELS = [
  'alertname',
  'alertstate',
  'severity',
  'component',
  'scope',
  'shard',
  'stream_name',
  'consumer_name',
];

export type MetricKind = 'counter' | 'gauge';

export interface MetricFacts {
  /** Undefined where nothing of ours, and nothing of Prometheus's own that is used here, bears the name. */
  readonly kindOf: (name: string) => MetricKind | undefined;
  /** All that a series of this name may have, those of its target with them. */
  readonly labelsOf: (name: string) => ReadonlySet<string>;
  /** Metrics that processes export, which a name stands for: itself, or what a rule records it from. */
  readonly basesOf: (name: string) => ReadonlySet<string>;
  readonly alerts: readonly AlertingRule[];
}

/** Of what the processes really register, what the rules really record, and ALERTS and up of Prometheus. */
export function metricFacts(): MetricFacts {
  const kinds = exportedKinds();
  const labels = new Map<string, ReadonlySet<string>>();
  for (const name of kinds.keys()) labels.set(name, new Set([...(labelsOf(name) ?? []), ...TARGET_LABELS]));
  for (const name of THEIRS) kinds.set(name, 'gauge');
  for (const name of THEIRS)
    labels.set(name, new Set(name === 'up' ? TARGET_LABELS : [...ALERT_LABELS, ...TARGET_LABELS]));

  const known = (name: string) => labels.get(name) ?? new Set<string>();
  const bases = new Map<string, ReadonlySet<string>>();
  const basesOf = (name: string) => bases.get(name) ?? new Set([name]);
  const rules: readonly Rule[] = ruleGroups(DEFAULT_SETTINGS).flatMap((group) => group.rules);
  for (const rule of rules) {
    // Each records from those before it.
    if (!('record' in rule)) continue;
    const before = labels.get(rule.record) ?? [];
    const shape = shapeOf(rule.expr, known);
    labels.set(rule.record, new Set([...before, ...shape.labels, ...Object.keys(rule.labels ?? {})]));
    kinds.set(rule.record, 'gauge');
    const from = selectorsIn(rule.expr).flatMap(({ metric }) => [...basesOf(metric)]);
    bases.set(rule.record, new Set([...(bases.get(rule.record) ?? []), ...from]));
  }
  return {
    kindOf: (name) => kinds.get(name),
    labelsOf: known,
    basesOf,
    alerts: rules.filter((rule) => 'alert' in rule),
  };
}

function exportedKinds(): Map<string, MetricKind> {
  const registries = [
    gatewayRegistry(() => {
      throw new Error('not read for its names');
    }),
    workerRegistry().registry,
    exporterRegistry(async () => undefined),
  ];
  const kinds = new Map<string, MetricKind>();
  for (const { name, type } of registries.flatMap((registry) => registry.getMetricsAsArray())) {
    const kind = String(type);
    if (kind === 'histogram')
      for (const part of ['bucket', 'sum', 'count']) kinds.set(`${name}_${part}`, 'counter');
    // What is untyped, since its name would claim to be a counter, goes up and down.
    else kinds.set(name, kind === 'counter' ? 'counter' : 'gauge');
  }
  return kinds;
}
