import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { DATASOURCE } from './panels/target.ts';
import { BOT, by, CHOSEN_COMPONENTS, select, selectAnyJob } from './select.ts';

const ALL = { selected: true, text: 'All', value: '$__all' };
/** Matches series without the label as well. */
const ANYTHING = '.*';
/** Every process of ours has it, and nothing else has. */
const OURS = 'shardwatch_build_info';

/** Which Prometheus; the first one that Grafana has. */
export const DATASOURCE_VARIABLE = new DatasourceVariableBuilder('datasource')
  .label('Prometheus')
  .type('prometheus');

/** On Swarm there is none, and `All` shows everything. */
export const NAMESPACE = placeVariable(BOT);

/** A label that tells one bot from another, or one place from another; there may be none. */
export function placeVariable(label: string): QueryVariableBuilder {
  return choice(label, titleOf(label), `label_values(${OURS}, ${label})`).allValue(ANYTHING);
}

/** For people: `kube_cluster` is "Kube cluster". */
export function titleOf(label: string): string {
  const words = label.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

const NAME_OF_BOT = ` in {{${BOT}}}`;
const SEVERAL = `count(count ${by()} (last_over_time(${selectAnyJob(OURS)}[$__range]))) > 1`;
const NAMES = `query_result(label_replace(${SEVERAL}, "named", "${NAME_OF_BOT}", "", ""))`;

/**
 * What legends end with: the bot's name where several were seen in the time shown, nothing where there is one.
 * Grafana puts variables into a legend before labels, so a variable may hold one. Nobody chooses it, and no link
 * hands it on.
 */
export const IN_BOT_VARIABLE: Builder<VariableModel> = {
  build: () => ({
    ...new QueryVariableBuilder('in_bot')
      .label('Name of the bot in legends')
      .hide(VariableHide.HideVariable)
      .datasource(DATASOURCE)
      .query({ query: NAMES, refId: 'in-bot-values' })
      .definition(NAMES)
      .regex('/named="([^"]*)"/')
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.Disabled)
      .multi(false)
      .includeAll(false)
      .build(),
    skipUrlSync: true,
  }),
};

/** All: the jobs that our processes are scraped by, and no other job of that Prometheus. */
export const JOB = choice('job', 'Job', `label_values(${selectAnyJob(OURS)}, job)`);

export const SHARD = choice('shard', 'Shard', `label_values(${select('discord_shard_up')}, shard)`)
  .allValue(ANYTHING)
  .sort(VariableSort.NumericalAsc);

export const STREAM = choice(
  'stream',
  'Stream',
  `label_values(${select('jetstream_stream_last_seq')}, stream_name)`,
).allValue(ANYTHING);

/** Of the chosen streams. */
export const CONSUMER = choice(
  'consumer',
  'Consumer',
  `label_values(${select('jetstream_consumer_num_pending', 'stream_name=~"$stream"')}, consumer_name)`,
).allValue(ANYTHING);

/** Where streams are not chosen; with `other`, as dead letters of foreign consumers are counted. */
export const ANY_CONSUMER = choice(
  'consumer',
  'Consumer',
  `label_values(${select('', '__name__=~"jetstream_consumer_num_pending|worker_dead_letters_total"')}, consumer_name)`,
).allValue(ANYTHING);

/** The job, by which the alerts name the component. */
export const COMPONENT = choice('component', 'Component', `label_values(${selectAnyJob(OURS)}, job)`);

export const INSTANCE = choice(
  'instance',
  'Instance',
  `label_values(${selectAnyJob(OURS, CHOSEN_COMPONENTS)}, instance)`,
).allValue(ANYTHING);

function choice(name: string, title: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(DATASOURCE)
    .query({ query, refId: `${name}-values` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current(ALL);
}
