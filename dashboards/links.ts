import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

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

/** What every dashboard has and hands on: what is looked at, and when. */
const CONTEXT = ['${__url_time_range}', '${datasource:queryparam}', '${namespace:queryparam}'];

/**
 * To another dashboard at the same time and place.
 * @param variables of that dashboard, from variables or labels of this one
 */
export function to(
  name: DashboardName,
  variables: Readonly<Record<string, string>> = {},
): DashboardLinkBuilder {
  return link(DASHBOARDS[name], addressOf(name, variables));
}

export function addressOf(name: DashboardName, variables: Readonly<Record<string, string>> = {}): string {
  const values = Object.entries(variables).map(([variable, value]) => `var-${variable}=${value}`);
  return `/d/${uidOf(name)}?${[...CONTEXT, ...values].join('&')}`;
}

export function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}

/** A label of the line or bar that was clicked. */
export function label(name: string): string {
  return `\${__field.labels.${name}}`;
}
