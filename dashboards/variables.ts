import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { DATASOURCE } from './panels/target.ts';
import { CHOSEN_COMPONENTS, select, selectAnyJob } from './select.ts';

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
export const NAMESPACE = choice('namespace', 'Namespace', `label_values(${OURS}, namespace)`).allValue(
  ANYTHING,
);

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
