{{/* Of every name; what is appended must leave it below the 63 characters of a label's value. */}}
{{- define "shardwatch.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What was generated from the code: ports, consumers, the time that a stop takes. */}}
{{- define "shardwatch.facts" -}}
{{- .Files.Get "files/facts.yaml" -}}
{{- end -}}

{{/* dict "root" $ "component" "gateway" ["consumer" "moderation-worker"] */}}
{{- define "shardwatch.selectorLabels" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .worker }}
shardwatch.dev/worker: {{ . }}
{{- end }}
{{- end -}}

{{- define "shardwatch.labels" -}}
{{ include "shardwatch.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: shardwatch
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "shardwatch.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "shardwatch.serviceAccountName" -}}
{{- if .root.Values.serviceAccount.create -}}
{{- printf "%s-%s" (include "shardwatch.fullname" .root) .component -}}
{{- else -}}
{{- .root.Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* A worker's settings: the defaults of all, and its own over them. dict "root" $ "name" "voice-tracker" */}}
{{- define "shardwatch.worker" -}}
{{- $worker := mergeOverwrite (deepCopy .root.Values.workerDefaults) (deepCopy (index .root.Values.workers .name)) -}}
{{- if not $worker.consumers -}}
{{- $_ := set $worker "consumers" (list .name) -}}
{{- end -}}
{{- toYaml $worker -}}
{{- end -}}

{{/* The consumers that there are: those of the image, and the user's own. */}}
{{- define "shardwatch.consumers" -}}
{{- $facts := include "shardwatch.facts" . | fromYaml -}}
{{- toYaml (mergeOverwrite (deepCopy $facts.consumers) (deepCopy .Values.consumers)) -}}
{{- end -}}

{{- define "shardwatch.natsUrl" -}}
{{- tpl .Values.nats.url . -}}
{{- end -}}

{{/* Seconds of a duration such as 30s, 5m, 6h or 3d. */}}
{{- define "shardwatch.seconds" -}}
{{- $unit := index (dict "s" 1 "m" 60 "h" 3600 "d" 86400) (trimAll "0123456789" .) -}}
{{- mul (trimAll "smhd" . | int64) $unit -}}
{{- end -}}
