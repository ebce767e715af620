import { COMPONENTS, type Component, type Settings } from '../settings.ts';
import { alertRule, IN_NAMESPACE, type AlertSpec } from './alert.ts';
import { by, metric, metricOfJob } from './query.ts';
import type { AlertingRule } from './rule.ts';

/** `component` tells the rules apart. A target that is down and one that is not known are two things. */
export function monitoringTargetDown(settings: Settings): AlertingRule[] {
  return [...COMPONENTS.map((component) => targetDown(settings, component)), natsDown(settings)];
}

function base(settings: Settings) {
  return {
    alert: 'MonitoringTargetDown',
    severity: 'critical',
    dashboard: { uid: 'overview', panel: 3, variables: {} },
    wait: settings.thresholds.MonitoringTargetDown.critical.for,
  } as const satisfies Partial<AlertSpec> & { wait: string };
}

function targetDown(settings: Settings, component: Component): AlertingRule {
  const { wait, ...spec } = base(settings);
  const absent = settings.selectors.jobs[component].map(
    (job) => `or\nabsent(${metricOfJob(settings, 'up', job)})`,
  );
  return alertRule(settings, {
    ...spec,
    labels: { component },
    expr: [
      `(max by ${by(settings, 'job', 'instance', 'pod')} (${metric(settings, 'up', component)}) == 0)`,
      ...absent,
    ].join('\n'),
    summary: `${component === 'exporter' ? 'The' : 'A'} ${component} cannot be seen: nothing else will tell what happens to it.`,
    description: `{{ with $labels.instance }}${capital(component)} {{ . }} has not answered its
      scrape{{ else }}Prometheus has known no ${component} at all{{ end }} for ${wait} (job
      {{ $labels.job }}${IN_NAMESPACE}). Alerts about it are silent meanwhile. First see whether the process
      runs and what its last lines say; if it does, whether Prometheus can reach its /metrics.`,
  });
}

function natsDown(settings: Settings): AlertingRule {
  const { wait, ...spec } = base(settings);
  const rule = alertRule(settings, {
    ...spec,
    labels: { component: 'nats' },
    expr: `max by ${by(settings, 'job', 'instance', 'pod')} (${metric(settings, 'jetstream_exporter_up', 'exporter')}) == 0`,
    summary: 'NATS cannot be seen: it is down, or does not answer the exporter.',
    description: `Exporter {{ $labels.instance }}${IN_NAMESPACE} has not been able to read JetStream for
      ${wait}. Gateways hold their events back and shards close resumably. First see whether nats-server
      runs, has disk space and a JetStream leader, then the exporter's log.`,
  });
  return { ...rule, keep_firing_for: settings.thresholds.MonitoringTargetDown.natsKeepFiringFor };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
