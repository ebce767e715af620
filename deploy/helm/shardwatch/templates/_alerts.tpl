{{/*
The alert rules: files/rules.yaml with the values of .Values.alerts in the place of ${...}.
Its tests hold the outcome against what alerts/rules makes of the same settings.
*/}}
{{- define "shardwatch.alerts.groups" -}}
{{- $alerts := .Values.alerts -}}
{{- $place := include "shardwatch.alerts.place" . -}}
{{- $groups := list -}}
{{- range (.Files.Get "files/rules.yaml" | fromYaml).groups -}}
  {{- $rules := list -}}
  {{- range .rules -}}
    {{- if not (and .alert (has .alert $alerts.disable)) -}}
      {{- $rules = append $rules (include "shardwatch.alerts.rule" (dict "alerts" $alerts "place" $place "namespace" (include "shardwatch.alerts.namespace" $) "rule" .) | fromYaml) -}}
    {{- end -}}
  {{- end -}}
  {{- $interval := ternary $alerts.prometheus.evaluationInterval .interval (eq .interval "${evaluationInterval}") -}}
  {{- $groups = append $groups (dict "name" .name "interval" $interval "rules" $rules) -}}
{{- end -}}
{{- toYaml $groups -}}
{{- end -}}

{{/* Only this installation, unless the user wants all that Prometheus knows. */}}
{{- define "shardwatch.alerts.namespace" -}}
{{- if not .Values.alerts.selectors.allNamespaces -}}
{{- .Values.alerts.selectors.namespace | default .Release.Namespace -}}
{{- end -}}
{{- end -}}

{{/* Matchers that every metric gets, with a comma before each. */}}
{{- define "shardwatch.alerts.place" -}}
{{- with include "shardwatch.alerts.namespace" . -}}
,namespace="{{ . }}"
{{- end -}}
{{- with .Values.alerts.selectors.matchers -}}
,{{ . }}
{{- end -}}
{{- end -}}

{{/* dict "alerts" .Values.alerts "place" ... "namespace" ... "rule" (one of files/rules.yaml) */}}
{{- define "shardwatch.alerts.rule" -}}
{{- $context := . -}}
{{- $rule := dict -}}
{{- range $key, $value := .rule -}}
  {{- if kindIs "map" $value -}}
    {{- $texts := dict -}}
    {{- range $name, $text := $value -}}
      {{- $filled := include "shardwatch.alerts.fill" (merge (dict "text" $text) $context) -}}
      {{- if $filled -}}
        {{- $_ := set $texts $name $filled -}}
      {{- end -}}
    {{- end -}}
    {{- if and (eq $key "labels") (hasKey $context.rule "alert") -}}
      {{- $texts = merge $texts $context.alerts.labels -}}
    {{- end -}}
    {{- $_ := set $rule $key $texts -}}
  {{- else -}}
    {{- $filled := include "shardwatch.alerts.fill" (merge (dict "text" $value) $context) -}}
    {{- /* No wait and nothing kept: the field is left out. */ -}}
    {{- if not (and (eq $filled "0s") (regexMatch `\.(for|keepFiringFor)\}$` $value)) -}}
      {{- $_ := set $rule $key $filled -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toYaml $rule -}}
{{- end -}}

{{/* A text with every ${...} filled in. */}}
{{- define "shardwatch.alerts.fill" -}}
{{- $context := . -}}
{{- $text := .text -}}
{{- range $block := regexFindAll `(?s)\$\{each \w+\}.*?\$\{end\}` $text -1 -}}
  {{- $component := regexFind `\w+\}` $block | trimSuffix "}" -}}
  {{- $clause := $block | trimPrefix (printf "${each %s}" $component) | trimSuffix "${end}" -}}
  {{- $clauses := "" -}}
  {{- range index $context.alerts.selectors.jobs $component -}}
    {{- $clauses = print $clauses (replace "${job}" . $clause) -}}
  {{- end -}}
  {{- $text = replace $block $clauses $text -}}
{{- end -}}
{{- range $placeholder := regexFindAll `\$\{[^}]+\}` $text -1 | uniq -}}
  {{- $what := $placeholder | trimPrefix "${" | trimSuffix "}" -}}
  {{- $value := include "shardwatch.alerts.value" (merge (dict "what" $what) $context) -}}
  {{- $text = replace $placeholder $value $text -}}
{{- end -}}
{{- $text -}}
{{- end -}}

{{/* What stands for ${what}. */}}
{{- define "shardwatch.alerts.value" -}}
{{- $what := .what -}}
{{- $selectors := .alerts.selectors -}}
{{- if eq $what "place" -}}
{{- .place -}}
{{- else if eq $what "namespace" -}}
{{- .namespace -}}
{{- else if eq $what "consumers" -}}
{{- with $selectors.consumers }},{{ . }}{{ end -}}
{{- else if hasPrefix "links." $what -}}
{{- index .alerts.links (trimPrefix "links." $what) -}}
{{- else if hasPrefix "job " $what -}}
{{- $jobs := list -}}
{{- range splitList " " (trimPrefix "job " $what) -}}
{{- $jobs = concat $jobs (index $selectors.jobs .) -}}
{{- end -}}
{{- include "shardwatch.alerts.jobMatcher" $jobs -}}
{{- else if eq $what "by memory" -}}
{{- include "shardwatch.alerts.by" (concat $selectors.groupBy (list "namespace") $selectors.memory.by) -}}
{{- else if or (eq $what "by") (hasPrefix "by " $what) -}}
{{- $labels := $what | trimPrefix "by" | trim -}}
{{- include "shardwatch.alerts.by" (concat $selectors.groupBy (list "namespace") (ternary (list) (splitList ", " $labels) (empty $labels))) -}}
{{- else if hasPrefix "memory." $what -}}
{{- include "shardwatch.alerts.narrowed" (dict "selector" (index $selectors.memory (trimPrefix "memory." $what)) "place" .place) -}}
{{- else -}}
{{- include "shardwatch.alerts.threshold" (dict "what" $what "thresholds" .alerts.thresholds) -}}
{{- end -}}
{{- end -}}

{{- define "shardwatch.alerts.by" -}}
({{ uniq . | join ", " }})
{{- end -}}

{{- define "shardwatch.alerts.jobMatcher" -}}
{{- if eq (len .) 1 -}}
job="{{ first . }}"
{{- else -}}
{{- $escaped := list -}}
{{- range . -}}
{{- $escaped = append $escaped (regexReplaceAll `[.*+?^${}()|\[\]\\]` . `\\${0}`) -}}
{{- end -}}
job=~"{{ join "|" $escaped }}"
{{- end -}}
{{- end -}}

{{/* A selector, with or without matchers of its own, with those that every metric gets. */}}
{{- define "shardwatch.alerts.narrowed" -}}
{{- $name := regexReplaceAll `\{.*\}$` .selector "" -}}
{{- $own := regexFind `\{.*\}$` .selector | trimPrefix "{" | trimSuffix "}" -}}
{{- $matchers := ternary (print $own .place) (trimPrefix "," .place) (ne $own "") -}}
{{- $name }}{{ with $matchers }}{{ printf "{%s}" . }}{{ end -}}
{{- end -}}

{{/* <Alert>.<path> [as <unit> | in seconds | in half days] */}}
{{- define "shardwatch.alerts.threshold" -}}
{{- $parts := regexSplit ` (as|in) ` .what 2 -}}
{{- $value := .thresholds -}}
{{- range splitList "." (first $parts) -}}
{{- $value = index $value . -}}
{{- end -}}
{{- $form := ternary (last $parts) "" (eq (len $parts) 2) -}}
{{- if eq $form "ratio" -}}
{{- mulf $value 100 | toJson -}}%
{{- else if eq $form "seconds" | and (not (kindIs "string" $value)) -}}
{{- if lt (float64 $value) 10.0 }}{{ mulf $value 1000 | toJson }} ms{{ else }}{{ toJson $value }} s{{ end -}}
{{- else if eq $form "seconds" -}}
{{- include "shardwatch.seconds" $value -}}
{{- else if eq $form "half days" -}}
{{- divf (include "shardwatch.seconds" $value | int64) 172800 | toJson -}}
{{- else if eq $form "" -}}
{{- if kindIs "string" $value }}{{ $value }}{{ else }}{{ toJson $value }}{{ end -}}
{{- else -}}
{{- fail (printf "no such form of a threshold: %s" .what) -}}
{{- end -}}
{{- end -}}
