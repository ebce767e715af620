{{/*
What must not change while gateways run, since a rolling update would give a shard to an old pod and a new one at the
same time. Says nothing where helm cannot ask the cluster: `helm template`, and tools that are built on it.
*/}}
{{- define "shardwatch.check.running" -}}
{{- $name := printf "%s-gateway" (include "shardwatch.fullname" .) -}}
{{- $running := lookup "apps/v1" "StatefulSet" .Release.Namespace $name -}}
{{- if and $running (gt (int $running.spec.replicas) 0) -}}
{{- $env := dict -}}
{{- range (first $running.spec.template.spec.containers).env -}}
{{- $_ := set $env .name (.value | default "") -}}
{{- end -}}
{{- $first := printf "would give shards to old and new pods at once: first `kubectl -n %s scale statefulset %s --replicas=0`, then upgrade; sessions are resumed" .Release.Namespace $name -}}
{{- with .Values.gateway }}
{{- if ne .strategy $env.SHARD_STRATEGY }}
gateway.strategy: from {{ $env.SHARD_STRATEGY }} to {{ .strategy }} {{ $first }}
{{- else if and (eq .strategy "ordinal") (ne (toString .shardsPerProcess) $env.SHARDS_PER_PROCESS) }}
gateway.shardsPerProcess: from {{ $env.SHARDS_PER_PROCESS }} to {{ .shardsPerProcess }} with the strategy ordinal {{ $first }}
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}
