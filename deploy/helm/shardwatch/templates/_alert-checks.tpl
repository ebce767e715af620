{{/* The same faults as in alerts/check-settings.ts, and what the chart cannot express. */}}
{{- define "shardwatch.check.alerts" -}}
{{- $root := . -}}
{{- with .Values.alerts -}}
{{- $facts := include "shardwatch.facts" $root | fromYaml -}}
{{- $bad := include "shardwatch.alerts.badDurations" . -}}
{{- if $bad -}}
{{ $bad }}
{{- else -}}
{{- $scrape := include "shardwatch.seconds" .prometheus.scrapeInterval | int -}}
{{- $kept := include "shardwatch.seconds" .prometheus.retention | int -}}
{{- $disabled := .disable -}}
{{- range $name := list "scrapeInterval" "evaluationInterval" "retention" }}
{{- if eq (include "shardwatch.seconds" (index $.Values.alerts.prometheus $name) | int) 0 }}
alerts.prometheus.{{ $name }}: expected more than 0s
{{- end }}
{{- end }}
{{- $prometheus := .prometheus }}
{{- range $alert, $limits := .thresholds }}
{{- $path := printf "alerts.thresholds.%s" $alert }}
{{- $unit := index $facts.units $alert }}
{{- range $severity := list "warning" "critical" }}
{{- $limit := index $limits $severity | default dict }}
{{- if hasKey $limit "value" }}
{{- $value := $limit.value }}
{{- if or (lt (float64 $value) 0.0) (and (eq (float64 $value) 0.0) (ne $alert "DeadLettersArriving")) }}
{{ $path }}.{{ $severity }}.value: expected more than 0, got {{ toJson $value }}
{{- end }}
{{- if and (eq $unit "ratio") (ge (float64 $value) 1.0) }}
{{ $path }}.{{ $severity }}.value: expected a share below 1 (80% is 0.8), got {{ toJson $value }}
{{- end }}
{{- if and (eq $unit "ratio") (ne (mulf $value 100000) (floor (mulf $value 100000))) }}
{{ $path }}.{{ $severity }}.value: expected no more than 5 digits after the point, got {{ toJson $value }}
{{- end }}
{{- if and (eq $unit "seconds") (ne (mulf $value 1000000) (floor (mulf $value 1000000))) }}
{{ $path }}.{{ $severity }}.value: expected no more than 6 digits after the point, got {{ toJson $value }}
{{- end }}
{{- end }}
{{- end }}
{{- if and (hasKey (index $limits "warning" | default dict) "value") (hasKey (index $limits "critical" | default dict) "value") }}
{{- if ge (float64 $limits.warning.value) (float64 $limits.critical.value) }}
{{ $path }}: expected the warning below the critical value, got {{ toJson $limits.warning.value }} and {{ toJson $limits.critical.value }}
{{- end }}
{{- end }}
{{- range $name := list "window" "recent" "memory" "unowned" }}
{{- with index $limits $name }}
{{- $seconds := include "shardwatch.seconds" . | int }}
{{- if lt $seconds (mul 4 $scrape | int) }}
{{ $path }}.{{ $name }}: expected at least 4 scrapes ({{ mul 4 $scrape }}s), got {{ . }}
{{- end }}
{{- if gt $seconds $kept }}
{{ $path }}.{{ $name }}: expected no more than the retention {{ $prometheus.retention }}, got {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- include "shardwatch.alerts.parameterFaults" . }}
{{- if not (has "ContainerMemoryLeakSuspected" $disabled) }}
{{- if lt $kept 259200 }}
alerts.prometheus.retention: ContainerMemoryLeakSuspected compares days and needs 3d, got {{ .prometheus.retention }}; or put it under alerts.disable
{{- end }}
{{- if eq (include "shardwatch.seconds" .thresholds.ContainerMemoryLeakSuspected.minAge | int) 0 }}
alerts.thresholds.ContainerMemoryLeakSuspected.minAge: expected more than 0s
{{- end }}
{{- end }}
{{- end }}
{{- include "shardwatch.alerts.selectorFaults" . }}
{{- range $name, $link := .links }}
{{- if not (regexMatch `^https?://[^\s/]+([^\s]*[^\s/])?$` $link) }}
alerts.links.{{ $name }}: expected an http address without a slash at its end, got {{ toJson $link }}
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* dict "path" ... "value" ... */}}
{{- define "shardwatch.alerts.duration" -}}
{{- if not (regexMatch `^\d{1,9}[smhd]$` .value) -}}
{{ .path }}: expected a duration such as 30s, 5m, 6h or 3d, got {{ toJson .value }}
{{- end -}}
{{- end -}}

{{- define "shardwatch.alerts.badDurations" -}}
{{- range $name, $value := .prometheus }}
{{- with include "shardwatch.alerts.duration" (dict "path" (printf "alerts.prometheus.%s" $name) "value" $value) }}
{{ . }}
{{- end }}
{{- end }}
{{- range $alert, $limits := .thresholds }}
{{- range $name, $value := $limits }}
{{- $path := printf "alerts.thresholds.%s.%s" $alert $name }}
{{- if kindIs "string" $value }}
{{- with include "shardwatch.alerts.duration" (dict "path" $path "value" $value) }}
{{ . }}
{{- end }}
{{- else if kindIs "map" $value }}
{{- range $field := list "for" "keepFiringFor" }}
{{- with include "shardwatch.alerts.duration" (dict "path" (printf "%s.%s" $path $field) "value" (index $value $field)) }}
{{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $horizon := .thresholds.ContainerMemoryLeakSuspected.horizon }}
{{- if not (regexMatch `^[1-9]\d{0,4}d$` $horizon) }}
alerts.thresholds.ContainerMemoryLeakSuspected.horizon: expected whole days such as 14d, got {{ toJson $horizon }}
{{- end }}
{{- end -}}

{{- define "shardwatch.alerts.parameterFaults" -}}
{{- $gap := .thresholds.DiscordShardEventGap -}}
{{- $down := .thresholds.DiscordShardDown -}}
{{- $repeated := .thresholds.JetStreamRedeliveryRateHigh -}}
{{- $leak := .thresholds.ContainerMemoryLeakSuspected -}}
{{- if le (float64 $gap.warning.value) (include "shardwatch.seconds" $gap.probedAfter | float64) }}
alerts.thresholds.DiscordShardEventGap.warning.value: expected more than the {{ $gap.probedAfter }} after which quiet shards are probed, got {{ toJson $gap.warning.value }}
{{- end }}
{{- if le (include "shardwatch.seconds" $down.memory | int) (include "shardwatch.seconds" $down.unowned | int) }}
alerts.thresholds.DiscordShardDown.memory: expected more than unowned ({{ $down.unowned }}), got {{ $down.memory }}
{{- end }}
{{- if gt (include "shardwatch.seconds" $repeated.recent | int) (include "shardwatch.seconds" $repeated.window | int) }}
alerts.thresholds.JetStreamRedeliveryRateHigh.recent: expected no more than the window {{ $repeated.window }}, got {{ $repeated.recent }}
{{- end }}
{{- if lt (float64 $repeated.minDeliveries) 1.0 }}
alerts.thresholds.JetStreamRedeliveryRateHigh.minDeliveries: expected 1 or more, got {{ toJson $repeated.minDeliveries }}
{{- end }}
{{- if or (le (float64 $leak.minDailyRise) 0.0) (ge (float64 $leak.minDailyRise) 1.0) }}
alerts.thresholds.ContainerMemoryLeakSuspected.minDailyRise: expected a share between 0 and 1, got {{ toJson $leak.minDailyRise }}
{{- end }}
{{- if or (lt (float64 $leak.minPersistence) 0.0) (ge (float64 $leak.minPersistence) 1.0) }}
alerts.thresholds.ContainerMemoryLeakSuspected.minPersistence: expected a share from 0 to below 1, got {{ toJson $leak.minPersistence }}
{{- end }}
{{- if or (le (float64 $leak.reach) 0.0) (gt (float64 $leak.reach) 1.0) }}
alerts.thresholds.ContainerMemoryLeakSuspected.reach: expected a share of the limit up to 1, got {{ toJson $leak.reach }}
{{- end }}
{{- end -}}

{{- define "shardwatch.alerts.selectorFaults" -}}
{{- $selectors := .selectors -}}
{{- $matchers := `^[ \t]*[a-zA-Z_]\w*[ \t]*(=|!=|=~|!~)[ \t]*"[^"\n]*"([ \t]*,[ \t]*[a-zA-Z_]\w*[ \t]*(=|!=|=~|!~)[ \t]*"[^"\n]*")*[ \t]*$` -}}
{{- range $name := list "matchers" "consumers" }}
{{- $text := index $selectors $name }}
{{- if and $text (not (regexMatch $matchers $text)) }}
alerts.selectors.{{ $name }}: expected matchers such as cluster="eu", got {{ toJson $text }}
{{- end }}
{{- end }}
{{- range $component, $jobs := $selectors.jobs }}
{{- $plain := 1 }}
{{- range $jobs }}
{{- if not (regexMatch `^[^"\\\n]+$` .) }}
{{- $plain = 0 }}
{{- end }}
{{- end }}
{{- if or (empty $jobs) (eq $plain 0) }}
alerts.selectors.jobs.{{ $component }}: expected names of scrape jobs, got {{ toJson $jobs }}
{{- end }}
{{- end }}
{{- if and $selectors.namespace $selectors.allNamespaces }}
alerts.selectors.allNamespaces: expected false where alerts.selectors.namespace names one
{{- end }}
{{- range concat $selectors.groupBy $selectors.memory.by (keys .labels) }}
{{- if not (regexMatch `^[a-zA-Z_]\w*$` .) }}
alerts: expected the name of a label, got {{ toJson . }}
{{- end }}
{{- end }}
{{- range keys .labels }}
{{- if has . (list "alertname" "severity" "scope" "component" "source") }}
alerts.labels.{{ . }}: the rules set this label themselves
{{- end }}
{{- end }}
{{- end -}}
