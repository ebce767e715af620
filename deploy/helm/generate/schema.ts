import { parse } from 'yaml';

import { ALERT_NAMES } from '../../../alerts/thresholds.ts';
import { GATEWAY_VARIABLES, SHARD_STRATEGIES } from '../../../bot/gateway/config.ts';
import { WORKER_VARIABLES } from '../../../bot/worker/config.ts';
import { EXPORTER_VARIABLES } from '../../../exporters/config.ts';
import { RUNTIME_VARIABLES } from '../../../runtime/config.ts';
import { isSetByChart } from './chart-variables.ts';

export type Schema = Readonly<Record<string, unknown>>;

/** Whatever Kubernetes takes there, which it checks itself. */
const OPEN: Schema = { type: 'object' };
const TEXTS: Schema = { type: 'object', additionalProperties: { type: 'string' } };
const OBJECTS: Schema = { type: 'array', items: { type: 'object' } };
const NAMES: Schema = { type: 'array', items: { type: 'string' }, uniqueItems: true };
const COUNT: Schema = { type: 'integer', minimum: 1 };
const PORT: Schema = { type: 'integer', minimum: 1, maximum: 65_535 };

/** Last names of paths, wherever they stand. */
const BY_NAME: Readonly<Record<string, Schema>> = {
  resources: OPEN,
  affinity: OPEN,
  podLabels: TEXTS,
  podAnnotations: TEXTS,
  nodeSelector: TEXTS,
  tolerations: OBJECTS,
  topologySpreadConstraints: OBJECTS,
  extraVolumes: OBJECTS,
  extraVolumeMounts: OBJECTS,
  extraEnv: OBJECTS,
  terminationGracePeriodSeconds: COUNT,
  value: { type: 'number', minimum: 0 },
};

const INTEGRATIONS = integrations();

/** Whole paths, beside what the defaults say themselves. */
const BY_PATH: Readonly<Record<string, Schema>> = {
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  'image.digest': { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
  imagePullSecrets: OBJECTS,
  commonLabels: TEXTS,
  'nats.replicas': { enum: [1, 3] },
  'nats.auth.type': { enum: ['none', 'password', 'token', 'creds'] },
  consumers: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['stream', 'maxAckPending'],
      additionalProperties: false,
      properties: { stream: { type: 'string' }, maxAckPending: COUNT },
    },
  },
  env: environment(RUNTIME_VARIABLES),
  'gateway.env': environment(GATEWAY_VARIABLES),
  'workerDefaults.env': environment(WORKER_VARIABLES),
  'exporter.env': environment(EXPORTER_VARIABLES),
  'gateway.replicas': COUNT,
  'gateway.shardCount': { type: ['integer', 'string'], minimum: 1 },
  'gateway.shardsPerProcess': { type: ['integer', 'string'], minimum: 1 },
  'gateway.strategy': { enum: SHARD_STRATEGIES },
  'gateway.postgres.port': PORT,
  'workerDefaults.replicas': COUNT,
  'workerDefaults.concurrency': { ...COUNT, maximum: 1_000 },
  'workerDefaults.consumers': NAMES,
  'workerDefaults.keda.maxReplicas': COUNT,
  'workerDefaults.keda.lagThreshold': COUNT,
  'workerDefaults.keda.pollingSeconds': COUNT,
  'workerDefaults.keda.scaleDownSeconds': { type: 'integer', minimum: 0, maximum: 3_600 },
  'serviceAccount.annotations': TEXTS,
  podSecurityContext: OPEN,
  containerSecurityContext: OPEN,
  'networkPolicy.metricsFrom': OBJECTS,
  'networkPolicy.dnsTo': OBJECTS,
  'networkPolicy.natsTo': OBJECTS,
  'networkPolicy.internetTo': OBJECTS,
  'networkPolicy.simulatorPorts': { type: 'array', items: PORT },
  'networkPolicy.extraEgress': OBJECTS,
  'monitoring.labels': TEXTS,
  'serviceMonitor.relabelings': OBJECTS,
  'serviceMonitor.metricRelabelings': OBJECTS,
  'dashboards.labels': TEXTS,
  'dashboards.annotations': TEXTS,
  'alerts.disable': { type: 'array', items: { enum: ALERT_NAMES }, uniqueItems: true },
  'alerts.labels': TEXTS,
  'alerts.selectors.groupBy': NAMES,
  'alerts.selectors.memory.by': NAMES,
  'alerts.selectors.jobs.gateway': NAMES,
  'alerts.selectors.jobs.worker': NAMES,
  'alerts.selectors.jobs.exporter': NAMES,
  'alertmanagerConfig.receivers.page': INTEGRATIONS,
  'alertmanagerConfig.receivers.ticket': INTEGRATIONS,
  'alertmanagerConfig.receivers.default': INTEGRATIONS,
  'alertmanagerConfig.receivers.deadMan': INTEGRATIONS,
};

/** `values.schema.json` of the chart: what its defaults are, and what else each value may be. */
export function valuesSchema(valuesText: string): string {
  const values = parse(valuesText) as Record<string, unknown>;
  const used = new Set<string>();
  const root = schemaOf('', values, used) as { properties: Record<string, Schema> };
  const unused = Object.keys(BY_PATH).filter((path) => !used.has(path));
  if (unused.length > 0) throw new RangeError(`values.yaml has no ${unused.join(', ')}`);
  const worker = optional(root.properties['workerDefaults'] as Schema);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the shardwatch chart',
    ...root,
    properties: {
      ...root.properties,
      workers: { type: 'object', minProperties: 1, additionalProperties: worker },
      // Given by an umbrella chart.
      global: OPEN,
      enabled: { type: 'boolean' },
    },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function schemaOf(path: string, value: unknown, used: Set<string>): Schema {
  const own = BY_PATH[path] ?? BY_NAME[path.slice(path.lastIndexOf('.') + 1)];
  if (own) {
    used.add(path);
    return own;
  }
  if (path === 'workers') return OPEN;
  if (typeof value === 'string') return { type: 'string' };
  if (typeof value === 'boolean') return { type: 'boolean' };
  if (typeof value === 'number') return { type: 'number', minimum: 0 };
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    throw new RangeError(`what may ${path} be?`);
  const properties = Object.entries(value).map(
    ([key, child]: [string, unknown]) => [key, schemaOf(path ? `${path}.${key}` : key, child, used)] as const,
  );
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(value),
    properties: Object.fromEntries(properties),
  };
}

/** The same, of which any part may be left out. */
function optional(schema: Schema): Schema {
  const { required: _, properties, ...rest } = schema;
  if (properties === undefined) return rest;
  const parts = Object.entries(properties as Record<string, Schema>);
  return { ...rest, properties: Object.fromEntries(parts.map(([name, part]) => [name, optional(part)])) };
}

/** The variables that a process reads and the chart does not set from other values. */
function environment(variables: Readonly<Record<string, unknown>>): Schema {
  const names = Object.keys(variables).filter((name) => !isSetByChart(name));
  const value = { type: ['string', 'number', 'boolean'] };
  return {
    type: 'object',
    additionalProperties: false,
    // An id has more digits than a number can hold.
    properties: Object.fromEntries(
      names.map((name) => [name, name.endsWith('_ID') ? { type: 'string' } : value]),
    ),
  };
}

/** A list of ways to tell somebody: exactly one in each entry. */
function integrations(): Schema {
  const text: Schema = { type: 'string', minLength: 1 };
  const secret = { secret: text, key: text };
  const of = (properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema => ({
    type: 'object',
    additionalProperties: false,
    required,
    properties,
  });
  const kinds = {
    pagerduty: of({ ...secret, url: text }, ['secret', 'key']),
    slack: of({ ...secret, channel: text }, ['secret', 'key']),
    discord: of(secret, ['secret', 'key']),
    webhook: of({ ...secret, url: text, credentials: of(secret, ['secret', 'key']) }, []),
    email: of(
      {
        ...secret,
        to: text,
        from: text,
        smarthost: text,
        authUsername: text,
        requireTls: { type: 'boolean' },
      },
      ['to', 'from', 'smarthost'],
    ),
  };
  return { type: 'array', items: { ...of(kinds, []), minProperties: 1, maxProperties: 1 } };
}
