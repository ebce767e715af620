/**
 * Values of other people's charts that the umbrella sets. Each was looked up in the chart's values.yaml or in the
 * template that reads it, in the version that Chart.yaml names; a test looks again where the charts can be had.
 */
export interface Assumption {
  readonly path: string;
  /** What it is there for, where its name does not say so. */
  readonly why?: string;
}

/** https://github.com/nats-io/k8s/blob/main/helm/charts/nats/values.yaml */
export const NATS_VALUES: readonly Assumption[] = [
  { path: 'fullnameOverride', why: 'service <name>, headless service <name>-headless' },
  { path: 'config.merge', why: "merged into the server's configuration" },
  { path: 'config.cluster.enabled' },
  { path: 'config.cluster.replicas' },
  { path: 'config.jetstream.enabled' },
  { path: 'config.jetstream.fileStore.pvc.size' },
  { path: 'container.env', why: 'a map of names to values' },
  { path: 'container.merge', why: 'merged into the container' },
  { path: 'podTemplate.topologySpreadConstraints', why: 'a map by topology key' },
  { path: 'natsBox.enabled' },
];

/** https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/values.yaml */
export const MONITORING_VALUES: readonly Assumption[] = [
  { path: 'fullnameOverride' },
  { path: 'defaultRules.disabled', why: 'a map of alerts to true' },
  { path: 'prometheus.prometheusSpec.ruleSelectorNilUsesHelmValues' },
  { path: 'prometheus.prometheusSpec.serviceMonitorSelectorNilUsesHelmValues' },
  { path: 'prometheus.prometheusSpec.podMonitorSelectorNilUsesHelmValues' },
  { path: 'prometheus.prometheusSpec.probeSelectorNilUsesHelmValues' },
  { path: 'prometheus.prometheusSpec.scrapeConfigSelectorNilUsesHelmValues' },
  { path: 'prometheus.prometheusSpec.retention' },
  { path: 'prometheus.prometheusSpec.storageSpec' },
  { path: 'prometheus.prometheusSpec.resources' },
  { path: 'alertmanager.alertmanagerSpec.alertmanagerConfigMatcherStrategy' },
  { path: 'alertmanager.alertmanagerSpec.storage' },
  { path: 'grafana.fullnameOverride', why: 'a value of the grafana chart' },
  { path: 'grafana.sidecar.dashboards.folderAnnotation', why: 'a value of the grafana chart' },
  {
    path: 'grafana.sidecar.dashboards.provider.foldersFromFilesStructure',
    why: 'a value of the grafana chart',
  },
];
