/** Every family that our processes export, with all the labels that it may have. */
const SHARD = ['shard'];
const CONSUMER = ['stream_name', 'consumer_name'];
const STREAM = ['stream_name'];
const HANDLER = ['consumer_name'];

const DOCUMENTED: Readonly<Record<string, readonly string[]>> = {
  shardwatch_build_info: ['component', 'version', 'node'],

  discord_shard_up: SHARD,
  discord_shard_state: ['shard', 'state'],
  discord_shard_heartbeat_latency_seconds: SHARD,
  discord_heartbeat_ack_seconds: [],
  discord_shard_event_gap_seconds: SHARD,
  discord_shard_events_total: SHARD,
  discord_events_total: ['type'],
  discord_shard_sequence_gaps_total: SHARD,
  discord_shard_events_lost_total: SHARD,
  discord_shard_sessions_lost_total: SHARD,
  discord_shard_guilds: SHARD,
  discord_shard_identifies_total: SHARD,
  discord_shard_resumes_total: SHARD,
  discord_shard_closes_total: ['shard', 'code'],
  discord_shards_expected: [],
  discord_shards_configured: [],
  discord_shards_recommended: [],
  discord_session_starts_remaining: [],
  discord_gateway_info_failures_total: [],
  discord_identify_blocked: [],
  discord_shard_leases_held: [],
  discord_shard_lease_epoch: SHARD,
  discord_shard_lease_seconds_left: [],
  discord_shard_leases_lost_total: [],
  discord_shard_lease_store_failures_total: [],
  discord_shard_lease_gateways: [],
  discord_publish_seconds: [],
  discord_publish_pending: [],
  discord_publish_failures_total: [],
  discord_publish_duplicates_total: [],

  worker_deliveries_total: ['consumer_name', 'redelivered'],
  worker_events_total: ['consumer_name', 'outcome'],
  worker_handler_seconds: HANDLER,
  worker_event_age_seconds: HANDLER,
  worker_in_flight: HANDLER,
  worker_consume_renewals_total: HANDLER,
  worker_dead_letters_total: ['consumer_name', 'path', 'payload'],
  discord_rest_requests_total: ['method', 'route', 'status'],

  bot_container_memory_working_set_bytes: [],
  bot_container_memory_limit_bytes: [],
  bot_container_memory_oom_kills_total: [],
  bot_container_memory_pressure_seconds_total: ['kind'],

  jetstream_exporter_up: [],
  jetstream_exporter_collect_seconds: [],
  jetstream_exporter_missing: ['kind'],
  jetstream_exporter_advisories_pending: [],
  jetstream_stream_total_messages: STREAM,
  jetstream_stream_total_bytes: STREAM,
  jetstream_stream_limit_messages: STREAM,
  jetstream_stream_limit_bytes: STREAM,
  jetstream_stream_first_seq: STREAM,
  jetstream_stream_last_seq: STREAM,
  jetstream_stream_consumer_count: STREAM,
  jetstream_stream_subject_count: STREAM,
  jetstream_stream_replicas: STREAM,
  jetstream_stream_replicas_current: STREAM,
  jetstream_consumer_num_pending: CONSUMER,
  jetstream_consumer_num_ack_pending: CONSUMER,
  jetstream_consumer_num_waiting: CONSUMER,
  jetstream_consumer_num_redelivered: CONSUMER,
  jetstream_consumer_delivered_consumer_seq: CONSUMER,
  jetstream_consumer_delivered_stream_seq: CONSUMER,
  jetstream_consumer_ack_floor_consumer_seq: CONSUMER,
  jetstream_consumer_ack_floor_stream_seq: CONSUMER,
  jetstream_consumer_last_delivery_seconds: CONSUMER,
  jetstream_consumer_last_ack_seconds: CONSUMER,
  jetstream_consumer_deliveries_total: CONSUMER,
  jetstream_consumer_redeliveries_total: CONSUMER,
  jetstream_consumer_ack_wait_expirations_total: CONSUMER,
  jetstream_consumer_max_deliveries_total: CONSUMER,
  jetstream_consumer_naks_total: CONSUMER,
  jetstream_consumer_terminations_total: CONSUMER,

  nodejs_active_handles: ['type'],
  nodejs_active_requests: ['type'],
  nodejs_active_resources: ['type'],
  nodejs_gc_duration_seconds: ['kind'],
  nodejs_heap_space_size_available_bytes: ['space'],
  nodejs_heap_space_size_total_bytes: ['space'],
  nodejs_heap_space_size_used_bytes: ['space'],
  nodejs_version_info: ['version', 'major', 'minor', 'patch'],
};

const WORD = /^[A-Za-z_][\w-]*$/;
const VERSION = /^[\w.-]{1,40}$/;

/** What the value of each label may look like. */
const VALUES: Readonly<Record<string, RegExp>> = {
  shard: /^\d{1,6}$/,
  state: WORD,
  code: /^(local|\d{4})$/,
  type: WORD,
  stream_name: WORD,
  consumer_name: WORD,
  redelivered: /^(true|false)$/,
  outcome: WORD,
  path: WORD,
  payload: WORD,
  method: /^[A-Z]+$/,
  route: /^\/[a-z@:/_-]*$/,
  status: /^(\d{3}|failed|aborted)$/,
  kind: WORD,
  space: WORD,
  le: /^(\+Inf|[\d.e-]+)$/,
  component: WORD,
  version: VERSION,
  node: VERSION,
  major: VERSION,
  minor: VERSION,
  patch: VERSION,
};

/** Node's own families without labels. */
const UNLABELLED = /^(process_|nodejs_(eventloop_lag_|external_memory_|heap_size_))/;
const HISTOGRAM_PART = /_(bucket|sum|count)$/;

/** The labels that series of this name may have; undefined: the name is documented nowhere. */
export function labelsOf(name: string): readonly string[] | undefined {
  if (Object.hasOwn(DOCUMENTED, name)) return DOCUMENTED[name];
  if (UNLABELLED.test(name)) return [];
  const family = name.replace(HISTOGRAM_PART, '');
  if (family === name || !Object.hasOwn(DOCUMENTED, family)) return undefined;
  return name.endsWith('_bucket') ? ['le', ...(DOCUMENTED[family] ?? [])] : DOCUMENTED[family];
}

export function isDocumentedValue(label: string, value: string): boolean {
  return VALUES[label]?.test(value) ?? false;
}
