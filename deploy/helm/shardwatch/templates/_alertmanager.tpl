{{/* files/alertmanager.yaml with the receivers and the timing of .Values.alertmanagerConfig. */}}
{{- define "shardwatch.alertmanager.spec" -}}
{{- $file := .Files.Get "files/alertmanager.yaml" | fromYaml -}}
{{- $receivers := .Values.alertmanagerConfig.receivers -}}
{{- $route := include "shardwatch.alertmanager.route" (dict "root" $ "route" $file.route) | fromYaml -}}
{{- /* No alert of anybody else, whatever the operator adds to this. */ -}}
{{- $own := list (dict "name" "alertname" "value" (join "|" $file.alerts) "matchType" "=~") -}}
{{- with include "shardwatch.alerts.namespace" . -}}
{{- $own = append $own (dict "name" "namespace" "value" . "matchType" "=") -}}
{{- end -}}
{{- $_ := set $route "matchers" $own -}}
{{- $rules := list -}}
{{- range $rule := $file.inhibitRules -}}
{{- $equal := include "shardwatch.alertmanager.labels" (dict "root" $ "labels" .equal) | fromYamlArray -}}
{{- $sides := dict -}}
{{- range $side := list "sourceMatch" "targetMatch" -}}
{{- $matchers := index $rule $side -}}
{{- range $own -}}
{{- if not (include "shardwatch.alertmanager.names" (dict "label" .name "matchers" $matchers)) -}}
{{- $matchers = append $matchers . -}}
{{- end -}}
{{- end -}}
{{- $_ := set $sides $side $matchers -}}
{{- end -}}
{{- $rules = append $rules (merge (dict "equal" $equal) $sides) -}}
{{- end -}}
{{- $told := list -}}
{{- range $name, $integrations := $receivers -}}
{{- if $integrations -}}
{{- $receiver := dict "name" (ternary "dead-man" $name (eq $name "deadMan")) -}}
{{- range $integrations -}}
{{- range $kind, $options := . -}}
{{- $key := printf "%sConfigs" $kind -}}
{{- $config := include (printf "shardwatch.alertmanager.%s" $kind) $options | fromYaml -}}
{{- $config = merge $config (index $file.integrations $kind) (dict "sendResolved" (ne $name "deadMan")) -}}
{{- $_ := set $receiver $key (append (index $receiver $key | default list) $config) -}}
{{- end -}}
{{- end -}}
{{- $told = append $told $receiver -}}
{{- end -}}
{{- end -}}
{{- if not $receivers.deadMan -}}
{{- $told = append $told (dict "name" "nobody") -}}
{{- end -}}
{{- toYaml (dict "route" $route "inhibitRules" $rules "receivers" $told) -}}
{{- end -}}

{{/* Something where one of the matchers is about the label. */}}
{{- define "shardwatch.alertmanager.names" -}}
{{- range .matchers -}}
{{- if eq .name $.label -}}yes{{- end -}}
{{- end -}}
{{- end -}}

{{- define "shardwatch.alertmanager.route" -}}
{{- $receivers := .root.Values.alertmanagerConfig.receivers -}}
{{- $receiver := .route.receiver -}}
{{- if and (eq $receiver "default") (not $receivers.default) -}}
{{- $receiver = "ticket" -}}
{{- else if and (eq $receiver "dead-man") (not $receivers.deadMan) -}}
{{- $receiver = "nobody" -}}
{{- end -}}
{{- $timing := index .root.Values.alertmanagerConfig.timing .route.timing -}}
{{- $routes := list -}}
{{- range .route.routes -}}
{{- $routes = append $routes (include "shardwatch.alertmanager.route" (dict "root" $.root "route" .) | fromYaml) -}}
{{- end -}}
{{- $route := dict "receiver" $receiver "groupWait" $timing.groupWait "groupInterval" $timing.groupInterval "repeatInterval" $timing.repeatInterval -}}
{{- $_ := set $route "groupBy" (include "shardwatch.alertmanager.labels" (dict "root" .root "labels" .route.groupBy) | fromYamlArray) -}}
{{- with .route.matchers -}}
{{- $_ := set $route "matchers" . -}}
{{- end -}}
{{- with $routes -}}
{{- $_ := set $route "routes" . -}}
{{- end -}}
{{- toYaml $route -}}
{{- end -}}

{{/* Names of labels, with the user's own in their places, each once. */}}
{{- define "shardwatch.alertmanager.labels" -}}
{{- $selectors := .root.Values.alerts.selectors -}}
{{- $labels := list -}}
{{- range .labels -}}
{{- if eq . "${groupBy}" -}}
{{- $labels = concat $labels $selectors.groupBy -}}
{{- else if eq . "${memory.by}" -}}
{{- $labels = concat $labels $selectors.memory.by -}}
{{- else -}}
{{- $labels = append $labels . -}}
{{- end -}}
{{- end -}}
{{- toYaml (uniq $labels) -}}
{{- end -}}

{{- define "shardwatch.alertmanager.pagerduty" -}}
routingKey: { name: {{ .secret }}, key: {{ .key }} }
{{- with .url }}
url: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "shardwatch.alertmanager.slack" -}}
apiURL: { name: {{ .secret }}, key: {{ .key }} }
{{- with .channel }}
channel: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "shardwatch.alertmanager.discord" -}}
apiURL: { name: {{ .secret }}, key: {{ .key }} }
{{- end -}}

{{- define "shardwatch.alertmanager.webhook" -}}
{{- if .url }}
url: {{ .url | quote }}
{{- else }}
urlSecret: { name: {{ .secret }}, key: {{ .key }} }
{{- end }}
{{- with .credentials }}
httpConfig:
  authorization:
    credentials: { name: {{ .secret }}, key: {{ .key }} }
{{- end }}
{{- end -}}

{{- define "shardwatch.alertmanager.email" -}}
to: {{ .to | quote }}
from: {{ .from | quote }}
smarthost: {{ .smarthost | quote }}
requireTLS: {{ dig "requireTls" true . }}
{{- with .authUsername }}
authUsername: {{ . | quote }}
authPassword: { name: {{ $.secret }}, key: {{ $.key }} }
{{- end }}
{{- end -}}

{{- define "shardwatch.check.alertmanager" -}}
{{- with .Values.alertmanagerConfig -}}
{{- if .enabled -}}
{{- range $name := list "page" "ticket" }}
{{- if not (index $.Values.alertmanagerConfig.receivers $name) }}
alertmanagerConfig.receivers.{{ $name }}: expected a list of those who are told, got an empty one
{{- end }}
{{- end }}
{{- range $name, $integrations := .receivers }}
{{- range $index, $integration := $integrations }}
{{- range $kind, $options := $integration }}
{{- $path := printf "alertmanagerConfig.receivers.%s[%d].%s" $name $index $kind }}
{{- if eq $kind "webhook" }}
{{- if eq (empty $options.url) (empty $options.secret) }}
{{ $path }}: expected either url or secret and key (for an address that is a secret)
{{- end }}
{{- else if eq $kind "email" }}
{{- if ne (empty $options.authUsername) (empty $options.secret) }}
{{ $path }}: expected authUsername and secret with key together, or neither
{{- end }}
{{- end }}
{{- if ne (empty $options.secret) (empty $options.key) }}
{{ $path }}: expected the name of a secret and its key together
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $timing := .timing }}
{{- range $field, $value := $timing }}
{{- with include "shardwatch.alerts.duration" (dict "path" (printf "alertmanagerConfig.timing.%s.%s" $name $field) "value" $value) }}
{{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}
{{- end -}}
