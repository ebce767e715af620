import { ruleGroups } from '../rules/groups.ts';
import type { Settings } from '../settings.ts';

/** What stands for an alert's labels, the same as in the runbooks' queries. */
const EXAMPLES: Readonly<Record<string, string>> = {
  shard: '7',
  stream_name: 'DISCORD_EVENTS',
  consumer_name: 'moderation-worker',
  job: 'gateway',
  instance: 'INSTANCE',
};
const LABEL = /\{\{ \$labels\.(\w+) \| urlquery \}\}/g;
/** Only where the alert has such a label. */
const OPTIONAL = /\{\{ with .*?\{\{ end \}\}/g;

/** Where to look, for readers who came without the alert. */
export function dashboardLinks(alert: string, settings: Settings): string {
  const rules = ruleGroups({ ...settings, disable: [] }).flatMap((group) => group.rules);
  const rule = rules.find((rule) => 'alert' in rule && rule.alert === alert);
  if (!rule || !('alert' in rule)) throw new RangeError(`no rule for the runbook ${alert}`);
  const { dashboard_url: page = '', panel_url: panel = '' } = rule.annotations;
  return `[Dashboard](${example(page)}) and [the graph that this alert looks at](${example(panel)}); the alert's own links have its labels filled in.`;
}

function example(url: string): string {
  return url.replaceAll(OPTIONAL, '').replaceAll(LABEL, (_, label: string) => {
    const value = EXAMPLES[label];
    if (value === undefined) throw new RangeError(`no example of the label ${label}`);
    return value;
  });
}
