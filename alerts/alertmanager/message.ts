/**
 * The text of messages, in Alertmanager's template language. It stands in the configuration itself, so that
 * one file is all that has to be deployed. An alert without one of our labels or links does without it.
 */

/** How a medium writes. */
export interface Markup {
  readonly bold: (text: string) => string;
  readonly link: (text: string, address: string) => string;
}

export const PLAIN: Markup = { bold: (text) => text, link: (text, address) => `${text}: ${address}` };

/** Discord refuses a message above 4,096 characters; these are lines, and the first has a description. */
const MAX_ALERTS = 10;

/** Labels that say where, in the order in which they are read. */
const PLACES = [
  'component',
  'shard',
  'consumer_name',
  'stream_name',
  'pod',
  'container',
  'instance',
  'job',
  'namespace',
  'cluster',
];

/** Leaves `$alerts`, the alerts that the message is about, and `$first`, the first of them. */
export const FIRST_ALERT =
  '{{ $alerts := .Alerts.Firing }}{{ if not $alerts }}{{ $alerts = .Alerts }}{{ end }}{{ $first := index $alerts 0 }}';

const MANY = 'gt (len $alerts) 1';

/** CRITICAL: DiscordShardDown, shard 3, job gateway */
export function messageTitle(): string {
  return `${FIRST_ALERT}{{ if eq .Status "resolved" }}RESOLVED{{ else }}{{ or .CommonLabels.severity "firing" | toUpper }}{{ end }}: {{ .CommonLabels.alertname }}{{ if ${MANY} }} ({{ len $alerts }}){{ end }}${placeOf('$.CommonLabels')}`;
}

/** What, where, since when, how much, and where to read on. */
export function messageBody({ bold, link }: Markup): string {
  const lines = eachAlert(
    `${bold(`${since()}${placeOf('$alert.Labels')}`)}
{{ if eq $index 0 }}{{ $alert.Annotations.description }}
{{ end }}`,
  );
  return `${FIRST_ALERT}{{ with $first.Annotations.summary }}{{ . }}
{{ end }}${lines}${more()}{{ with $first.Annotations.runbook_url }}${link('Runbook', '{{ . }}')}
{{ end }}{{ with $first.Annotations.dashboard_url }}${link('Dashboard', '{{ . }}')}
{{ end }}{{ with $first.Annotations.panel_url }}${link('Graph', '{{ . }}')}
{{ end }}${link('Alertmanager', '{{ .ExternalURL }}')}`;
}

/** The same for mail readers; values are escaped by Alertmanager. */
export function htmlBody(): string {
  const color =
    '{{ if eq .Status "resolved" }}#2e7d32{{ else if eq .CommonLabels.severity "critical" }}#c62828{{ else }}#ef6c00{{ end }}';
  const lines = eachAlert(
    `<p><b>${since()}${placeOf('$alert.Labels')}</b>{{ if eq $index 0 }}<br>{{ $alert.Annotations.description }}{{ end }}</p>
`,
  );
  const link = (text: string, address: string) => `<a href="${address}">${text}</a> `;
  return `${FIRST_ALERT}<!doctype html>
<html><body style="font-family: sans-serif; max-width: 40em">
<h2 style="color: ${color}">${messageTitle().replace(FIRST_ALERT, '')}</h2>
<p>{{ $first.Annotations.summary }}</p>
${lines}<p>${more()}</p>
<p>{{ with $first.Annotations.runbook_url }}${link('Runbook', '{{ . }}')}{{ end }}{{ with $first.Annotations.dashboard_url }}${link('Dashboard', '{{ . }}')}{{ end }}{{ with $first.Annotations.panel_url }}${link('Graph', '{{ . }}')}{{ end }}${link('Alertmanager', '{{ .ExternalURL }}')}</p>
</body></html>`;
}

function eachAlert(text: string): string {
  return `{{ range $index, $alert := $alerts }}{{ if lt $index ${MAX_ALERTS} }}${text}{{ end }}{{ end }}`;
}

function more(): string {
  return `{{ if gt (len $alerts) ${MAX_ALERTS} }}These are ${MAX_ALERTS} of {{ len $alerts }}.
{{ end }}`;
}

function since(): string {
  const at = (time: string) => `{{ $alert.${time}.UTC.Format "2006-01-02 15:04 MST" }}`;
  return `{{ if eq $alert.Status "resolved" }}Ended ${at('EndsAt')}{{ else }}Since ${at('StartsAt')}{{ end }}`;
}

/** `, shard 3, job gateway` */
function placeOf(labels: string): string {
  const names = PLACES.map((name) => `"${name}"`).join(' ');
  return `{{ range $name := stringSlice ${names} }}{{ with index ${labels} $name }}, {{ reReplaceAll "_name" "" $name }} {{ . }}{{ end }}{{ end }}`;
}
