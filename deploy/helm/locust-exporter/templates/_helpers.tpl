{{- define "locust-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* Leaves room for "-headless", and for the number of a replica. */}}
{{- define "locust-exporter.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "locust-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "locust-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: exporter
{{- end }}

{{- define "locust-exporter.labels" -}}
{{ include "locust-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Of what is no pod and no Service of the exporter, so that no selector of those takes it. */}}
{{- define "locust-exporter.monitoringLabels" -}}
{{ include "locust-exporter.labels" . }}
{{- with .Values.monitoring.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "locust-exporter.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "locust-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "locust-exporter.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end }}

{{/* What the values schema cannot tell. */}}
{{- define "locust-exporter.check" -}}
{{- if not (or .Values.locust.url .Values.probe.targets) }}
{{- fail "set locust.url to the Locust that is to be read, or probe.targets to those that /probe may read" }}
{{- end }}
{{- if and (gt (int .Values.replicas) 1) (or .Values.locust.url (not .Values.probe.targets)) }}
{{- fail "more than one replica needs probe.targets and no locust.url: each replica would count the same Locust" }}
{{- end }}
{{- if and .Values.probe.modules (not .Values.probe.targets) }}
{{- fail "probe.modules needs probe.targets, without which /probe is off" }}
{{- end }}
{{- if and (or .Values.monitoring.probe.enabled .Values.monitoring.scrapeConfig.enabled) (not .Values.probe.targets) }}
{{- fail "monitoring.probe and monitoring.scrapeConfig need probe.targets, without which /probe is off" }}
{{- end }}
{{- if and .Values.monitoring.probe.enabled (gt (int .Values.replicas) 1) }}
{{- fail "monitoring.probe asks any replica, so it needs replicas: 1; monitoring.scrapeConfig picks the replica" }}
{{- end }}
{{- if and .Values.monitoring.probe.enabled (not .Values.monitoring.probe.targets) }}
{{- fail "monitoring.probe needs targets" }}
{{- end }}
{{- if and .Values.monitoring.serviceMonitor.enabled .Values.monitoring.podMonitor.enabled }}
{{- fail "choose one of monitoring.serviceMonitor and monitoring.podMonitor, or all is scraped twice" }}
{{- end }}
{{- if and .Values.secretFiles (not .Values.existingSecret) }}
{{- fail "secretFiles needs existingSecret, the Secret that has the files" }}
{{- end }}
{{- if and .Values.dashboards.enabled (not (.Files.Glob "files/dashboards/*.json")) }}
{{- fail "the chart was copied without its dashboards: files/dashboards is a link; use `helm package`" }}
{{- end }}
{{- if and .Values.monitoring.prometheusRule.enabled (not (.Files.Glob "files/rules/*.yml")) }}
{{- fail "the chart was copied without its rules: files/rules is a link; use `helm package`" }}
{{- end }}
{{- range $module := list .Values.monitoring.probe.module .Values.monitoring.scrapeConfig.module }}
{{- if and $module (not (hasKey $.Values.probe.modules $module)) (not (hasKey $.Values.secretFiles "PROBE_CONFIG_FILE")) }}
{{- fail (printf "the module %s of monitoring is not in probe.modules" $module) }}
{{- end }}
{{- end }}
{{- end }}

{{/* What the endpoints of all monitors have in common. */}}
{{- define "locust-exporter.scrape" -}}
interval: {{ .Values.monitoring.interval }}
scrapeTimeout: {{ .Values.monitoring.scrapeTimeout }}
{{- end }}

{{/* Of the pod of `helm test`. */}}
{{- define "locust-exporter.testLabels" -}}
{{ include "locust-exporter.selectorLabels" . | replace "component: exporter" "component: test" }}
{{- end }}
