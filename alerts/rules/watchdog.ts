import type { Settings } from '../settings.ts';
import { WATCHDOG } from '../thresholds.ts';
import { dashboardUrls } from './alert.ts';
import type { AlertingRule } from './rule.ts';

/** Fires from the first evaluation on: who no longer hears it knows that nobody would be paged. */
export function watchdog(settings: Settings): AlertingRule {
  const { labels, links, selectors } = settings;
  return {
    alert: WATCHDOG,
    expr: 'vector(1)',
    labels: {
      ...labels,
      severity: 'none',
      // Operators route by namespace, which no series of this one brings along.
      ...(selectors.namespace && { namespace: selectors.namespace }),
    },
    annotations: {
      summary: 'Alerting works: this one always fires.',
      description:
        'Prometheus evaluates rules and Alertmanager delivers them. A receiver outside pages when this stops.',
      runbook_url: `${links.runbooks}/${WATCHDOG}.md`,
      ...dashboardUrls(settings, { uid: 'overview', panel: 1, variables: {} }),
    },
  };
}
