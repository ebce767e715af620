{{/*
What every process of ours runs in.
dict "root" $ "component" "gateway" "settings" .Values.gateway "env" (list of entries, as YAML) ["worker" ...]
*/}}
{{- define "shardwatch.podTemplate" -}}
{{- $root := .root -}}
{{- $settings := .settings -}}
{{- $facts := include "shardwatch.facts" $root | fromYaml -}}
{{- $secrets := include "shardwatch.secretSources" . | fromYamlArray -}}
metadata:
  labels:
    {{- include "shardwatch.labels" . | nindent 4 }}
    {{- with $settings.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: {{ .component }}
    {{- if $root.Values.rollOnSecretChange }}
    checksum/secrets: {{ include "shardwatch.secretChecksum" (dict "root" $root "sources" $secrets) }}
    {{- end }}
    {{- with $settings.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "shardwatch.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $settings.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ $settings.terminationGracePeriodSeconds }}
  securityContext:
    {{- toYaml $root.Values.podSecurityContext | nindent 4 }}
  containers:
    - name: {{ .component }}
      image: {{ include "shardwatch.image" $root | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      command: ["node", {{ index $facts.programs .component | quote }}]
      env:
        {{- include "shardwatch.env" . | nindent 8 }}
      ports:
        - name: http
          containerPort: {{ index $facts.ports .component }}
          protocol: TCP
      startupProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      resources:
        {{- toYaml $settings.resources | nindent 8 }}
      securityContext:
        {{- toYaml $root.Values.containerSecurityContext | nindent 8 }}
      {{- if or $secrets $settings.extraVolumeMounts }}
      volumeMounts:
        {{- if $secrets }}
        - name: secrets
          mountPath: /etc/shardwatch/secrets
          readOnly: true
        {{- end }}
        {{- with $settings.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
  {{- if or $secrets $settings.extraVolumes }}
  volumes:
    {{- if $secrets }}
    - name: secrets
      projected:
        # Readable by the group of the pod alone.
        defaultMode: 0440
        sources:
          {{- toYaml $secrets | nindent 10 }}
    {{- end }}
    {{- with $settings.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- with $settings.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $settings.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  affinity:
    {{- if $settings.affinity }}
    {{- toYaml $settings.affinity | nindent 4 }}
    {{- else }}
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          podAffinityTerm:
            topologyKey: kubernetes.io/hostname
            labelSelector:
              matchLabels:
                {{- include "shardwatch.selectorLabels" . | nindent 16 }}
    {{- end }}
  topologySpreadConstraints:
    {{- if $settings.topologySpreadConstraints }}
    {{- toYaml $settings.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "shardwatch.selectorLabels" . | nindent 10 }}
    {{- end }}
{{- end -}}

{{/* Secrets as files: they show in no process list and in no `kubectl describe`. */}}
{{- define "shardwatch.secretSources" -}}
{{- $values := .root.Values -}}
{{- $nats := $values.nats -}}
{{- if ne .component "exporter" }}
- secret:
    name: {{ $values.discord.existingSecret }}
    items: [{ key: {{ $values.discord.tokenKey }}, path: discord-token }]
{{- end }}
{{- if eq $nats.auth.type "password" }}
- secret:
    name: {{ $nats.auth.existingSecret }}
    items: [{ key: {{ $nats.auth.passwordKey }}, path: nats-password }]
{{- else if eq $nats.auth.type "token" }}
- secret:
    name: {{ $nats.auth.existingSecret }}
    items: [{ key: {{ $nats.auth.tokenKey }}, path: nats-token }]
{{- else if eq $nats.auth.type "creds" }}
- secret:
    name: {{ $nats.auth.existingSecret }}
    items: [{ key: {{ $nats.auth.credsKey }}, path: nats.creds }]
{{- end }}
{{- if and $nats.tls.enabled (or $nats.tls.caKey $nats.tls.clientCertificate) }}
- secret:
    name: {{ $nats.tls.existingSecret }}
    items:
      {{- if $nats.tls.caKey }}
      - { key: {{ $nats.tls.caKey }}, path: nats-ca.crt }
      {{- end }}
      {{- if $nats.tls.clientCertificate }}
      - { key: {{ $nats.tls.certKey }}, path: nats-tls.crt }
      - { key: {{ $nats.tls.keyKey }}, path: nats-tls.key }
      {{- end }}
{{- end }}
{{- if and (eq .component "gateway") (eq $values.gateway.strategy "postgres_coordination") }}
- secret:
    name: {{ $values.gateway.postgres.existingSecret }}
    items: [{ key: {{ $values.gateway.postgres.urlKey }}, path: database-url }]
{{- end }}
{{- with $values.telemetry.sentry.existingSecret }}
- secret:
    name: {{ . }}
    items: [{ key: {{ $values.telemetry.sentry.dsnKey }}, path: sentry-dsn }]
{{- end }}
{{- end -}}

{{/* Of what is in the secrets now; empty where the cluster is not asked, as in `helm template`. */}}
{{- define "shardwatch.secretChecksum" -}}
{{- $root := .root -}}
{{- $contents := list -}}
{{- range .sources -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace .secret.name | default dict -}}
{{- $contents = append $contents ($secret.data | default dict) -}}
{{- end -}}
{{- toJson $contents | sha256sum -}}
{{- end -}}
