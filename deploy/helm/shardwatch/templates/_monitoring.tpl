{{/* What Prometheus's operator looks for, beside our own labels. */}}
{{- define "shardwatch.monitoringLabels" -}}
{{ include "shardwatch.labels" . }}
{{- with tpl .root.Values.monitoring.release .root }}
release: {{ . }}
{{- end }}
{{- with .root.Values.monitoring.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
