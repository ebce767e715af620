import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

import { BOT } from './select.ts';

/** Names of the dashboards; their uids are `shardwatch-<name>`. */
export const DASHBOARDS = {
  overview: 'Overview',
  shards: 'Shards',
  jetstream: 'JetStream and workers',
  delivery: 'Delivery path',
  runtime: 'Runtime and memory',
} as const;
export type DashboardName = keyof typeof DASHBOARDS;

/** All of ours have it, and link to all that have it. */
export const TAG = 'shardwatch';

export function uidOf(name: DashboardName): string {
  return `${TAG}-${name}`;
}

/** What every dashboard has and hands on: when, and in which Prometheus. */
const CONTEXT = ['${__url_time_range}', '${datasource:queryparam}'];
const SAME_BOTS = `\${${BOT}:queryparam}`;

/** To another dashboard at the same time, of the same bots. */
export function to(name: DashboardName): DashboardLinkBuilder {
  return link(DASHBOARDS[name], addressOf(name, [SAME_BOTS]));
}

/**
 * From a line or bar to what it is about, of the bot whose it is.
 * @param variables of that dashboard -> label of the line
 */
export function toLine(
  name: DashboardName,
  variables: Readonly<Record<string, string>>,
): DashboardLinkBuilder {
  const chosen = Object.entries({ ...variables, [BOT]: BOT });
  // A label that is not there becomes an empty value, which matches series without the label.
  const values = chosen.map(([variable, label]) => `var-${variable}=\${__field.labels.${label}}`);
  return link(DASHBOARDS[name], addressOf(name, values));
}

/** From a cell of a table to what stands in it, of the bot of its row. @param variable of that dashboard */
export function fromCell(title: string, name: DashboardName, variable: string): DashboardLinkBuilder {
  const values = [`var-${variable}=\${__value.raw}`, `var-${BOT}=\${__data.fields.${BOT}}`];
  return link(title, addressOf(name, values));
}

function addressOf(name: DashboardName, values: readonly string[]): string {
  return `/d/${uidOf(name)}?${[...CONTEXT, ...values].join('&')}`;
}

export function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}
