import type { Dashboard, Panel, Variable } from './dashboard-json.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const PLACE = 'namespace=~"$namespace",job=~"$job"';
const DESCRIPTION =
  '**Normal:** what a quiet day looks like, with a number.\n\n**Otherwise:** what it means, and what to do first.';
const HEARTBEAT = `discord_shard_heartbeat_latency_seconds{${PLACE}}`;

/** A small one that breaks no rule; each of the lint's own tests plants one fault in a copy. */
export function sampleDashboard(): Dashboard {
  return {
    uid: 'shardwatch-overview',
    title: 'shardwatch / Sample',
    description: 'Is the bot broken, where, and since when. The first row answers; every panel leads on.',
    tags: ['shardwatch'],
    editable: false,
    refresh: '30s',
    timezone: 'browser',
    schemaVersion: 42,
    time: { from: 'now-1h', to: 'now' },
    links: [{ title: 'shardwatch', type: 'dashboards', tags: ['shardwatch'] }],
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', label: 'Prometheus', query: 'prometheus' },
        variable('namespace', 'label_values(shardwatch_build_info, namespace)'),
        variable('job', 'label_values(shardwatch_build_info{namespace=~"$namespace"}, job)'),
        inBot(),
      ],
    },
    annotations: {
      list: [
        {
          name: 'Alerts',
          datasource: DATASOURCE,
          expr: 'count by (namespace, alertname) (ALERTS{namespace=~"$namespace",alertstate="firing"})',
        },
      ],
    },
    panels: [heartbeat(), events(), states(), table()],
  };
}

/** Where the sample leads to. */
export function otherDashboard(): Dashboard {
  const sample = sampleDashboard();
  return {
    ...sample,
    uid: 'shardwatch-shards',
    title: 'shardwatch / Other',
    templating: {
      list: [
        ...(sample.templating?.list ?? []),
        variable('shard', `label_values(discord_shard_up{${PLACE}}, shard)`),
      ],
    },
  };
}

function variable(name: string, query: string) {
  const common = { type: 'query', datasource: DATASOURCE, refresh: 2, multi: true, includeAll: true };
  return { ...common, name, label: name, query: { query }, allValue: '.*' };
}

function inBot(): Variable {
  const query =
    'query_result(count(count by (namespace) (shardwatch_build_info{namespace=~"$namespace"})) > 1)';
  return {
    name: 'in_bot',
    type: 'query',
    label: 'Bot',
    datasource: DATASOURCE,
    refresh: 2,
    hide: 2,
    skipUrlSync: true,
    query: { query },
  };
}

function panel(id: number, type: string, title: string, x: number, y: number): Panel {
  return {
    id,
    type,
    title,
    description: DESCRIPTION,
    datasource: DATASOURCE,
    gridPos: { x, y, w: 12, h: 6 },
    links: [
      {
        title: 'Shards',
        type: 'link',
        url: '/d/shardwatch-shards?${__url_time_range}&${namespace:queryparam}',
      },
    ],
  };
}

function heartbeat(): Panel {
  return {
    ...panel(1, 'timeseries', 'Heartbeat', 0, 0),
    targets: [
      {
        refId: 'A',
        expr: `max by (namespace, shard) (${HEARTBEAT}) and on (namespace, shard) topk(5, max by (namespace, shard) (max_over_time(${HEARTBEAT}[$__range] @ end())))`,
        legendFormat: '{{shard}}${in_bot}',
      },
    ],
    fieldConfig: {
      defaults: {
        unit: 's',
        thresholds: {
          mode: 'absolute',
          steps: [
            { value: null, color: 'transparent' },
            { value: 1, color: '#E69F00' },
            { value: 5, color: '#D55E00' },
          ],
        },
        custom: { thresholdsStyle: { mode: 'dashed' } },
        links: [
          {
            title: 'Shard',
            url: '/d/shardwatch-shards?var-shard=${__field.labels.shard}&var-namespace=${__field.labels.namespace}',
          },
        ],
      },
      overrides: [],
    },
  };
}

function events(): Panel {
  return {
    ...panel(2, 'timeseries', 'Events', 12, 0),
    targets: [
      {
        refId: 'A',
        expr: `sum by (outcome) (rate(worker_events_total{${PLACE}}[$__rate_interval]))`,
        legendFormat: '{{outcome}}',
      },
      {
        refId: 'B',
        expr: `histogram_quantile(0.99, sum by (le) (rate(worker_event_age_seconds_bucket{${PLACE}}[$__rate_interval])))`,
        legendFormat: 'p99',
      },
    ],
    fieldConfig: { defaults: { unit: 'ops' }, overrides: [] },
  };
}

function states(): Panel {
  const options = { 0: { text: 'down', color: '#D55E00' }, 1: { text: 'up', color: '#56B4E9' } };
  return {
    ...panel(3, 'state-timeline', 'States', 0, 6),
    targets: [{ refId: 'A', expr: `min(discord_shard_up{${PLACE}})`, legendFormat: 'all shards' }],
    fieldConfig: { defaults: { unit: 'none', mappings: [{ type: 'value', options }] }, overrides: [] },
  };
}

function table(): Panel {
  return {
    ...panel(4, 'table', 'Shards', 12, 6),
    targets: [
      {
        refId: 'A',
        expr: `max by (namespace, shard) (discord_shard_up{${PLACE}})`,
        instant: true,
        format: 'table',
      },
    ],
    transformations: [
      { id: 'filterFieldsByName', options: { include: { names: ['namespace', 'shard', 'Value'] } } },
    ],
    fieldConfig: { defaults: { unit: 'none' }, overrides: [] },
  };
}
