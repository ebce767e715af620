{{/* Prints a line for every value of one part that does not fit to another's. */}}
{{- define "shardwatch-stack.faults" -}}
{{- $bot := .Values.shardwatch -}}
{{- $nats := .Values.nats -}}
{{- $monitoring := index .Values "kube-prometheus-stack" -}}
{{- if $nats.enabled }}
{{- $servers := ternary (int $nats.config.cluster.replicas) 1 $nats.config.cluster.enabled }}
{{- if lt $servers (int $bot.nats.replicas) }}
shardwatch.nats.replicas: expected no more than the {{ $servers }} server(s) of nats.config.cluster, got {{ $bot.nats.replicas }}
{{- end }}
{{- if not $nats.config.jetstream.enabled }}
nats.config.jetstream.enabled: expected true, since events are kept in JetStream
{{- end }}
{{- if not (contains $nats.fullnameOverride $bot.nats.url) }}
shardwatch.nats.url: expected the name of the NATS of this chart ({{ $nats.fullnameOverride }}) in it, got {{ $bot.nats.url }}; or set nats.enabled to false
{{- end }}
{{- $tls := dig "nats" "tls" "enabled" false $nats.config }}
{{- $ours := dig "tls" "enabled" false $bot.nats }}
{{- if ne $tls $ours }}
shardwatch.nats.tls.enabled: expected the same as nats.config.nats.tls.enabled ({{ $tls }}), got {{ $ours }}
{{- end }}
{{- end }}
{{- if $monitoring.enabled }}
{{- $prometheus := $monitoring.prometheus.prometheusSpec }}
{{- if ne $prometheus.retention $bot.alerts.prometheus.retention }}
shardwatch.alerts.prometheus.retention: expected the same as kube-prometheus-stack.prometheus.prometheusSpec.retention ({{ $prometheus.retention }}), got {{ $bot.alerts.prometheus.retention }}
{{- end }}
{{- end }}
{{- end -}}
