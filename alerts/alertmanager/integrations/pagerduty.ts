import { FIRST_ALERT, messageBody, messageTitle, PLAIN } from '../message.ts';
import { ADDRESS, optional, required, SECRET_FILE } from './field.ts';
import type { IntegrationKind } from './kind.ts';

export interface PagerDutyOptions {
  /** Integration key of a service, Events API v2. */
  readonly routingKeyFile: string;
  /** For accounts in the EU: https://events.eu.pagerduty.com/v2/enqueue */
  readonly url?: string;
}

export const pagerduty: IntegrationKind<PagerDutyOptions> = {
  key: 'pagerduty_configs',
  fields: { routingKeyFile: required(SECRET_FILE), url: optional(ADDRESS) },
  config: ({ routingKeyFile: file, url }, take) => ({
    ...take({ option: 'routingKeyFile', file, key: 'routing_key', since: '0.25' }),
    ...(url !== undefined && { url }),
    description: messageTitle(),
    // PagerDuty refuses events of any other severity.
    severity:
      '{{ if match "^(critical|error|warning|info)$" .CommonLabels.severity }}{{ .CommonLabels.severity }}{{ else }}error{{ end }}',
    class: '{{ .CommonLabels.alertname }}',
    component: '{{ .CommonLabels.job }}',
    group: '{{ .CommonLabels.namespace }}',
    client: 'Alertmanager',
    client_url: '{{ .ExternalURL }}',
    details: { message: messageBody(PLAIN) },
    links: [
      { href: `${FIRST_ALERT}{{ $first.Annotations.runbook_url }}`, text: 'Runbook' },
      { href: `${FIRST_ALERT}{{ $first.Annotations.dashboard_url }}`, text: 'Dashboard' },
      { href: `${FIRST_ALERT}{{ $first.Annotations.panel_url }}`, text: 'Graph' },
    ],
  }),
};
