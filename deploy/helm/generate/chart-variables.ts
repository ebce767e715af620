/** Environment variables that the chart sets from values of other names; a secret's comes from a file. */
const SET_BY_CHART: ReadonlySet<string> = new Set([
  'PORT',
  'SHARDWATCH_VERSION',
  'NATS_URL',
  'NATS_USER',
  'NATS_PASSWORD',
  'NATS_TOKEN',
  'NATS_CREDS_FILE',
  'NATS_TLS_CA_FILE',
  'NATS_TLS_CERT_FILE',
  'NATS_TLS_KEY_FILE',
  'NATS_REPLICAS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'SENTRY_DSN',
  'DISCORD_TOKEN',
  'DISCORD_API_URL',
  'SHARD_COUNT',
  'SHARD_ID',
  'SHARDS_PER_PROCESS',
  'SHARD_STRATEGY',
  'DATABASE_URL',
  'WORKERS',
  'WORKER_CONCURRENCY',
]);

export function isSetByChart(name: string): boolean {
  return SET_BY_CHART.has(name);
}
