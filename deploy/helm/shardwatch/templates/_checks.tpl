{{/* Each of these prints a line for everything that is wrong. What one value alone can say, the schema says. */}}

{{- define "shardwatch.check.gateway" -}}
{{- $facts := include "shardwatch.facts" . | fromYaml -}}
{{- with .Values.gateway -}}
{{- $count := .shardCount -}}
{{- $each := .shardsPerProcess -}}
{{- if and (kindIs "string" $count) (ne $count "auto") }}
gateway.shardCount: expected a number from 1, or auto, got {{ toJson $count }}
{{- else if and (kindIs "string" $each) (ne $each "all") }}
gateway.shardsPerProcess: expected a number from 1, or all, got {{ toJson $each }}
{{- else }}
{{- if eq (toString $each) "all" }}
{{- if and (gt (int .replicas) 1) (eq .strategy "ordinal") }}
gateway.shardsPerProcess: expected a number, since {{ .replicas }} replicas cannot each have all shards, got all
{{- end }}
{{- else if ne (toString $count) "auto" }}
{{- $room := mul .replicas $each }}
{{- if lt (int $room) (int $count) }}
gateway.replicas: {{ .replicas }} replicas of {{ $each }} shards have room for {{ $room }}, and gateway.shardCount is {{ $count }}: expected at least {{ div (add $count (sub $each 1)) $each }} replicas
{{- end }}
{{- if and (eq .strategy "ordinal") (ge (int (mul (sub .replicas 1) $each)) (int $count)) }}
gateway.replicas: {{ .replicas }} replicas of {{ $each }} shards are more than gateway.shardCount ({{ $count }}) needs, and the last would have none: expected at most {{ div (add $count (sub $each 1)) $each }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $settings := dict "gateway" .Values.gateway "exporter" .Values.exporter "workerDefaults" .Values.workerDefaults }}
{{- range $name, $values := .Values.workers }}
{{- $_ := set $settings (printf "workers.%s" $name) (include "shardwatch.worker" (dict "root" $ "name" $name) | fromYaml) }}
{{- end }}
{{- range $name, $values := $settings }}
{{- if le (float64 $values.terminationGracePeriodSeconds) (float64 $facts.stopSeconds) }}
{{ $name }}.terminationGracePeriodSeconds: expected more than the {{ $facts.stopSeconds }} s that a clean stop may take, got {{ $values.terminationGracePeriodSeconds }}
{{- end }}
{{- end }}
{{- if and (ne .Values.image.tag "") (eq .Values.image.tag "latest") }}
image.tag: expected a version, got latest, which is another image every day
{{- end }}
{{- end -}}

{{- define "shardwatch.check.workers" -}}
{{- $facts := include "shardwatch.facts" . | fromYaml -}}
{{- $consumers := include "shardwatch.consumers" . | fromYaml -}}
{{- $fullname := include "shardwatch.fullname" . -}}
{{- $taken := dict -}}
{{- range $key, $values := .Values.workers }}
{{- $worker := include "shardwatch.worker" (dict "root" $ "name" $key) | fromYaml }}
{{- if $worker.enabled }}
{{- if has $key (list "gateway" "worker" "exporter") }}
workers.{{ $key }}: expected another name, since this is the name of something else
{{- end }}
{{- if not (regexMatch `^[a-z0-9]([a-z0-9-]*[a-z0-9])?$` $key) }}
workers.{{ $key }}: expected lower case letters, digits and hyphens as its name
{{- end }}
{{- if gt (len (printf "%s-%s" $fullname $key)) 63 }}
workers.{{ $key }}: the name {{ $fullname }}-{{ $key }} is longer than 63 characters: set a shorter fullnameOverride
{{- end }}
{{- $room := 1000000 }}
{{- range $consumer := $worker.consumers }}
{{- if not (hasKey $consumers $consumer) }}
workers.{{ $key }}.consumers: there is no consumer {{ $consumer }}; there are {{ keys $consumers | sortAlpha | join ", " }} (name your own under consumers)
{{- else }}
{{- $room = min $room (index $consumers $consumer "maxAckPending") }}
{{- end }}
{{- end }}
{{- if $worker.keda.enabled }}
{{- $each := $worker.concurrency }}
{{- if lt (int $worker.keda.maxReplicas) (int $worker.replicas) }}
workers.{{ $key }}.keda.maxReplicas: expected at least its replicas ({{ $worker.replicas }}), got {{ $worker.keda.maxReplicas }}
{{- end }}
{{- if gt (int (mul $worker.keda.maxReplicas $each)) (int (max $room (mul $worker.replicas $each))) }}
workers.{{ $key }}.keda.maxReplicas: {{ $worker.keda.maxReplicas }} replicas would handle {{ mul $worker.keda.maxReplicas $each }} events at once, and its consumer gives out {{ $room }}: expected at most {{ max 1 (div $room $each) }}, or a smaller concurrency than {{ $each }}
{{- end }}
{{- if not $.Values.nats.monitoring.endpoint }}
nats.monitoring.endpoint: expected host:port of NATS's monitoring, which KEDA asks for workers.{{ $key }}, got nothing
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "shardwatch.check.nats" -}}
{{- $url := include "shardwatch.natsUrl" . }}
{{- if not (regexMatch `^((nats|tls)://)?[^\s,/@]+(,((nats|tls)://)?[^\s,/@]+)*$` $url) }}
nats.url: expected comma-separated addresses such as nats://nats:4222, without user and password, got {{ regexReplaceAll `[^\s/,@]+@` $url "[redacted]@" | toJson }}
{{- end }}
{{- with .Values.nats }}
{{- if and (ne .auth.type "none") (not .auth.existingSecret) }}
nats.auth.existingSecret: expected the name of the secret that holds the {{ .auth.type }}, got nothing
{{- end }}
{{- if and (eq .auth.type "password") (not .auth.user) }}
nats.auth.user: expected the user that the password is of, got nothing
{{- end }}
{{- if and .tls.enabled (or .tls.caKey .tls.clientCertificate) (not .tls.existingSecret) }}
nats.tls.existingSecret: expected the name of the secret that holds the certificates, got nothing
{{- end }}
{{- end }}
{{- if not .Values.discord.existingSecret }}
discord.existingSecret: expected the name of the secret that holds the bot token, got nothing
{{- end }}
{{- end -}}

{{- define "shardwatch.check.monitoring" -}}
{{- $prometheus := .Values.alerts.prometheus }}
{{- if .Values.serviceMonitor.enabled }}
{{- with include "shardwatch.alerts.duration" (dict "path" "serviceMonitor.scrapeTimeout" "value" .Values.serviceMonitor.scrapeTimeout) }}
{{ . }}
{{- else }}
{{- if regexMatch `^\d+[smhd]$` $prometheus.scrapeInterval }}
{{- if gt (include "shardwatch.seconds" .Values.serviceMonitor.scrapeTimeout | int) (include "shardwatch.seconds" $prometheus.scrapeInterval | int) }}
serviceMonitor.scrapeTimeout: expected no more than alerts.prometheus.scrapeInterval ({{ $prometheus.scrapeInterval }}), got {{ .Values.serviceMonitor.scrapeTimeout }}
{{- end }}
{{- end }}
{{- end }}
{{- range $component := list "gateway" "worker" "exporter" }}
{{- if and $.Values.alerts.enabled (not (has $component (index $.Values.alerts.selectors.jobs $component))) }}
alerts.selectors.jobs.{{ $component }}: expected {{ $component }} among them, the job of this chart's ServiceMonitor, got {{ index $.Values.alerts.selectors.jobs $component | join ", " }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
