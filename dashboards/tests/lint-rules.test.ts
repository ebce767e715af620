import { expect, test } from 'vitest';

import { LINT_RULES } from './rules/all-rules.ts';
import type { Dashboard } from './testing/dashboard-json.ts';
import { metricFacts } from './testing/metric-facts.ts';
import { plant, type Fault } from './testing/plant.ts';
import { otherDashboard, sampleDashboard } from './testing/sample-dashboard.ts';

const facts = metricFacts();
const PLACE = 'namespace=~"$namespace",job=~"$job"';
/** Panels and variables of the sample. */
const HEARTBEAT = 'panels.0';
const EVENTS = 'panels.1';
const STATES = 'panels.2';
const NAMESPACE = 'templating.list.1';
const JOB = 'templating.list.2';
const IN_BOT = 'templating.list.3';
const STEPS = `${HEARTBEAT}.fieldConfig.defaults.thresholds.steps`;
const WORDS = `${STATES}.fieldConfig.defaults.mappings.0.options`;

function brokenRules(dashboard: Dashboard): string[] {
  const context = { dashboards: [dashboard, otherDashboard()], facts, runbooks: new Set(['Watchdog']) };
  return LINT_RULES.filter(({ problemsIn }) => problemsIn(dashboard, context).length > 0).map(
    ({ name }) => name,
  );
}

function asks(expr: string, legendFormat = 'x'): Fault {
  return { [`${EVENTS}.targets`]: [{ refId: 'A', expr, legendFormat }] };
}

function nineMore(): unknown[] {
  const { panels = [] } = sampleDashboard();
  const more = Array.from({ length: 9 }, (_, index) => ({
    ...panels[2],
    id: 10 + index,
    gridPos: { x: 0, y: 12 + index, w: 24, h: 1 },
  }));
  return [...panels, ...more];
}

/** Rule -> fault in words -> where it is. */
const FAULTS: Readonly<Record<string, Readonly<Record<string, Fault>>>> = {
  identity: {
    'a uid of another kind': { uid: 'abc123XYZ' },
    'the uid of another one': { uid: 'shardwatch-shards' },
    'can be edited': { editable: true },
    'no refresh': { refresh: undefined },
    'no time zone': { timezone: '' },
    'no tag': { tags: [] },
    'no description': { description: undefined },
    'an old schema': { schemaVersion: 16 },
    'a fixed time': { time: { from: '2026-01-01', to: '2026-01-02' } },
  },
  'provisioned-without-inputs': {
    'asks for inputs': { __inputs: [{ name: 'DS_PROMETHEUS' }] },
    'names an input': { [`${HEARTBEAT}.options`]: { text: '${DS_PROMETHEUS}' } },
    'has the id of one Grafana': { id: 17 },
  },
  'panel-ids': {
    'two panels of one id': { [`${EVENTS}.id`]: 1 },
    'no id': { [`${EVENTS}.id`]: undefined },
  },
  layout: {
    'a panel on another': { [`${EVENTS}.gridPos.x`]: 11 },
    'a hole': { [`${EVENTS}.gridPos.w`]: 10 },
    'out of the grid': { [`${EVENTS}.gridPos.w`]: 13 },
    'an empty row': { [`${STATES}.gridPos.y`]: 7, 'panels.3.gridPos.y': 7 },
  },
  'overview-fits': { 'thirteen panels': { panels: nineMore() } },
  'title-and-description': {
    'no title': { [`${EVENTS}.title`]: '' },
    'a short description': { [`${EVENTS}.description`]: '**Normal:** yes. **Otherwise:** no.' },
    'does not say what normal is': { [`${EVENTS}.description`]: `**Otherwise:** ${'words '.repeat(30)}` },
  },
  unit: { 'no unit': { [`${EVENTS}.fieldConfig.defaults.unit`]: undefined } },
  targets: {
    'no target': { [`${EVENTS}.targets`]: [] },
    'one refId twice': { [`${EVENTS}.targets.1.refId`]: 'A' },
  },
  datasource: {
    'a panel of a fixed one': { [`${EVENTS}.datasource`]: { type: 'prometheus', uid: 'prometheus' } },
    'a target of a fixed one': { [`${EVENTS}.targets.0.datasource`]: { uid: 'P123' } },
    'a variable of the default one': { [`${NAMESPACE}.datasource`]: undefined },
    'an annotation of a fixed one': { 'annotations.list.0.datasource': { uid: 'x' } },
    'no variable of it': { 'templating.list.0': undefined },
  },
  variables: {
    'no namespace': { [NAMESPACE]: undefined },
    'no job': { [JOB]: undefined },
    'not refreshed with time': { [`${NAMESPACE}.refresh`]: 1 },
    'one choice only': { [`${JOB}.multi`]: false },
    'All that misses Swarm': { [`${NAMESPACE}.allValue`]: '.+' },
    'no label': { [`${NAMESPACE}.label`]: '' },
    'hidden, and handed on by links': { [`${IN_BOT}.skipUrlSync`]: undefined },
  },
  promql: {
    'a bracket too few': asks(`sum(rate(worker_events_total{${PLACE}}[$__rate_interval])`),
    'an unknown variable': asks(`sum(discord_shard_up{${PLACE},shard="$shrad"})`),
    nothing: asks(''),
    'a variable that is no PromQL': { [`${NAMESPACE}.query.query`]: 'label_values(up{, namespace)' },
    'a variable of another language': { [`${NAMESPACE}.query.query`]: 'SHOW TAG VALUES' },
  },
  'rate-interval': {
    'five minutes': asks(`sum(rate(worker_events_total{${PLACE}}[5m]))`),
    $__interval: asks(`sum(increase(worker_events_total{${PLACE}}[$__interval]))`),
  },
  'counters-rated': {
    'a bare counter': asks(`sum(worker_events_total{${PLACE}})`),
    'the highest of a counter': asks(`max(max_over_time(discord_publish_seconds_count{${PLACE}}[$__range]))`),
    'the rate of a gauge': asks(`sum(rate(discord_publish_pending{${PLACE}}[$__rate_interval]))`),
  },
  'metrics-exist': {
    'a metric that nobody exports': asks(`sum(discord_shards_up{${PLACE}})`),
    'a label that it does not have': asks(`sum(discord_publish_pending{${PLACE},shard="1"})`),
    'in a variable': { [`${JOB}.query.query`]: 'label_values(bot_build_info, job)' },
  },
  'groupings-exist': { 'by a label of nothing': asks(`sum by (guild) (discord_shard_guilds{${PLACE}})`) },
  'place-matchers': {
    'no namespace': asks('sum(discord_shard_guilds{job=~"$job"})'),
    'a fixed job': asks('sum(discord_shard_guilds{namespace=~"$namespace",job="gateway"})'),
    'one job only': asks('sum(discord_shard_guilds{namespace=~"$namespace",job="$job"})'),
    'in an annotation': { 'annotations.list.0.expr': 'ALERTS' },
  },
  bounded: {
    'a line a shard': asks(`max by (shard) (discord_shard_guilds{${PLACE}})`, '{{shard}}'),
    'one of two without topk': asks(
      `topk(5, discord_shard_guilds{${PLACE}}) or max by (shard) (discord_shard_up{${PLACE}})`,
      '{{shard}} {{instance}}',
    ),
    'a line a process': asks(`discord_publish_pending{${PLACE}}`, '{{instance}}'),
  },
  legends: {
    none: { [`${EVENTS}.targets.0.legendFormat`]: undefined },
    automatic: { [`${EVENTS}.targets.0.legendFormat`]: '__auto' },
    'the same on several lines': { [`${EVENTS}.targets.0.legendFormat`]: 'events' },
    'a label that is not there': { [`${EVENTS}.targets.0.legendFormat`]: '{{outcome}} {{shard}}' },
    'the same for two bots': { [`${HEARTBEAT}.targets.0.legendFormat`]: '{{shard}}' },
  },
  'bots-apart': {
    'shards of two bots in one': asks(
      `topk(5, max by (shard) (discord_shard_guilds{${PLACE}}))`,
      '{{shard}}',
    ),
    'matched by the shard only': asks(
      `topk(5, discord_shard_guilds{${PLACE}} and on (shard) discord_shard_up{${PLACE}})`,
      '{{shard}} {{instance}}${in_bot}',
    ),
    'without the bot': asks(`topk(5, sum without (namespace) (discord_shard_guilds{${PLACE}}))`),
    'in an annotation': {
      'annotations.list.0.expr': 'count by (alertname) (ALERTS{namespace=~"$namespace"})',
    },
  },
  'links-keep-the-bot': {
    'a line that leads to all bots': {
      [`${HEARTBEAT}.fieldConfig.defaults.links.0.url`]:
        '/d/shardwatch-shards?var-shard=${__field.labels.shard}&${namespace:queryparam}',
    },
    'a cell that does': {
      'panels.3.fieldConfig.overrides': [
        {
          matcher: { id: 'byName', options: 'shard' },
          properties: [
            {
              id: 'links',
              value: [{ title: 'Shard', url: '/d/shardwatch-shards?var-shard=${__value.raw}' }],
            },
          ],
        },
      ],
    },
    'rows that do not say whose they are': {
      'panels.3.transformations.0.options.include.names': ['shard', 'Value'],
    },
  },
  'thresholds-are-the-alerts': {
    'another number': { [`${STEPS}.1.value`]: 2 },
    'the limits of another alert': { [`${STEPS}.1.value`]: 30, [`${STEPS}.2.value`]: 120 },
    'one of two': { [`${STEPS}.2`]: undefined },
    'where there is no alert': {
      [`${EVENTS}.fieldConfig.defaults.thresholds`]: { steps: [{ value: 100, color: '#E69F00' }] },
    },
  },
  'thresholds-have-lines': {
    'an area only': { [`${HEARTBEAT}.fieldConfig.defaults.custom.thresholdsStyle.mode`]: 'area' },
    none: { [`${HEARTBEAT}.fieldConfig.defaults.custom`]: undefined },
  },
  'colors-differ-for-all': {
    'red and green of one lightness': { [`${WORDS}.0.color`]: '#B46A3C', [`${WORDS}.1.color`]: '#7F8A3A' },
    'a name that a theme decides': { [`${WORDS}.0.color`]: 'semi-dark-red' },
  },
  'mappings-have-text': {
    'a colour only': { [`${WORDS}.0.text`]: undefined },
    'a range without a word': {
      [`${STATES}.fieldConfig.defaults.mappings.1`]: {
        type: 'range',
        options: { from: 2, to: 3, result: {} },
      },
    },
  },
  'timelines-have-words': { 'no mapping': { [`${STATES}.fieldConfig.defaults.mappings`]: undefined } },
  'links-lead-somewhere': {
    'no such dashboard': { [`${EVENTS}.links.0.url`]: '/d/shardwatch-shardz' },
    'no such variable': { [`${EVENTS}.links.0.url`]: '/d/shardwatch-shards?var-shrad=1' },
    'no such panel': { [`${EVENTS}.links.0.url`]: '/d/shardwatch-shards?viewPanel=99' },
    'no such runbook': { [`${EVENTS}.links.0.url`]: 'https://example.org/runbooks/Watchdogs.md' },
    'no such label': {
      [`${HEARTBEAT}.fieldConfig.defaults.links.0.url`]:
        '/d/shardwatch-shards?var-shard=${__field.labels.shrad}',
    },
    'nothing that fills it': { [`${EVENTS}.links.0.url`]: '/d/shardwatch-shards?var-shard=$shard' },
    'no address': { [`${EVENTS}.links.0.url`]: 'shards' },
    'a tag that none has': { 'links.0.tags': ['shardwatsch'] },
  },
  'overview-is-clickable': { 'a panel that leads nowhere': { [`${EVENTS}.links`]: [] } },
};

test('a dashboard that is right breaks no rule', () => {
  expect(brokenRules(sampleDashboard())).toEqual([]);
});

test('each rule has faults that it is tried with', () => {
  expect(Object.keys(FAULTS).toSorted()).toEqual(LINT_RULES.map(({ name }) => name).toSorted());
});

const cases = Object.entries(FAULTS).flatMap(([rule, faults]) =>
  Object.entries(faults).map(([title, fault]) => ({ rule, title, fault })),
);

test.for(cases)('$rule catches: $title', ({ rule, fault }) => {
  expect(brokenRules(plant(sampleDashboard(), fault))).toContain(rule);
});
