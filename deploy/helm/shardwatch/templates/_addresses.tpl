{{/* The port of an address such as http://collector:4318/path, or that of its scheme. */}}
{{- define "shardwatch.portOf" -}}
{{- $address := regexReplaceAll `^\w+://` . "" | splitList "/" | first -}}
{{- $port := regexFind `:\d+$` $address | trimPrefix ":" -}}
{{- if $port -}}
{{- $port -}}
{{- else if hasPrefix "http://" . -}}
80
{{- else if hasPrefix "https://" . -}}
443
{{- else -}}
4222
{{- end -}}
{{- end -}}

{{/* Ports of all addresses in NATS_URL, each once. */}}
{{- define "shardwatch.natsPorts" -}}
{{- $ports := list -}}
{{- range splitList "," (include "shardwatch.natsUrl" .) -}}
{{- $ports = append $ports (include "shardwatch.portOf" (trim .) | int) -}}
{{- end -}}
{{- toYaml (uniq $ports) -}}
{{- end -}}
