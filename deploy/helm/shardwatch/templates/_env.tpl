{{/* Environment of a container: what all processes read, what this one reads, the user's own. */}}
{{- define "shardwatch.env" -}}
{{- $values := .root.Values -}}
{{- $facts := include "shardwatch.facts" .root | fromYaml -}}
{{- $secrets := "/etc/shardwatch/secrets" -}}
- name: PORT
  value: {{ index $facts.ports .component | quote }}
- name: SHARDWATCH_VERSION
  value: {{ $values.image.tag | default .root.Chart.AppVersion | quote }}
- name: NATS_URL
  value: {{ include "shardwatch.natsUrl" .root | quote }}
{{- with $values.nats.auth }}
{{- if eq .type "password" }}
- name: NATS_USER
  value: {{ .user | quote }}
- name: NATS_PASSWORD_FILE
  value: {{ $secrets }}/nats-password
{{- else if eq .type "token" }}
- name: NATS_TOKEN_FILE
  value: {{ $secrets }}/nats-token
{{- else if eq .type "creds" }}
- name: NATS_CREDS_FILE
  value: {{ $secrets }}/nats.creds
{{- end }}
{{- end }}
{{- with $values.nats.tls }}
{{- if and .enabled .caKey }}
- name: NATS_TLS_CA_FILE
  value: {{ $secrets }}/nats-ca.crt
{{- end }}
{{- if and .enabled .clientCertificate }}
- name: NATS_TLS_CERT_FILE
  value: {{ $secrets }}/nats-tls.crt
- name: NATS_TLS_KEY_FILE
  value: {{ $secrets }}/nats-tls.key
{{- end }}
{{- end }}
{{- with $values.telemetry.otlpEndpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ tpl . $.root | quote }}
{{- end }}
{{- if $values.telemetry.sentry.existingSecret }}
- name: SENTRY_DSN_FILE
  value: {{ $secrets }}/sentry-dsn
{{- end }}
{{- if ne .component "exporter" }}
- name: NATS_REPLICAS
  value: {{ $values.nats.replicas | quote }}
- name: DISCORD_TOKEN_FILE
  value: {{ $secrets }}/discord-token
{{- with $values.discord.apiUrl }}
- name: DISCORD_API_URL
  value: {{ tpl . $.root | quote }}
{{- end }}
{{- end }}
{{- include (printf "shardwatch.env.%s" .component) . }}
{{- range $name, $value := mergeOverwrite (deepCopy $values.env) (deepCopy .settings.env) }}
- name: {{ $name }}
  value: {{ if kindIs "string" $value }}{{ $value | quote }}{{ else }}{{ toJson $value | quote }}{{ end }}
{{- end }}
{{- with .settings.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "shardwatch.env.gateway" -}}
{{- with .settings }}
- name: SHARD_STRATEGY
  value: {{ .strategy }}
- name: SHARD_COUNT
  value: {{ .shardCount | toString | quote }}
- name: SHARDS_PER_PROCESS
  value: {{ .shardsPerProcess | toString | quote }}
{{- if eq .strategy "ordinal" }}
# The pod's ordinal owns the shards from SHARD_ID * SHARDS_PER_PROCESS on.
- name: SHARD_ID
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['apps.kubernetes.io/pod-index']
{{- else if eq .strategy "postgres_coordination" }}
- name: DATABASE_URL_FILE
  value: /etc/shardwatch/secrets/database-url
{{- end }}
{{- end }}
{{- end -}}

{{- define "shardwatch.env.worker" }}
- name: WORKERS
  value: {{ .settings.consumers | join "," }}
- name: WORKER_CONCURRENCY
  value: {{ .settings.concurrency | toString | quote }}
{{- end -}}

{{- define "shardwatch.env.exporter" -}}
{{- end -}}
