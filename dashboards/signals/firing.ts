import { OUR_ALERTS } from '../annotations.ts';
import { COLORS } from '../colors.ts';
import type { DashboardSettings } from '../dashboard.ts';
import { fromCell, link } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { words } from '../panels/mapping.ts';
import { table, WHICH_BOT } from '../panels/table.ts';
import { selectAnyJob } from '../select.ts';

/** Rows of each severity: during an outage of everything the first ones tell as much as all. */
const MOST_ROWS = 50;
const VALUE = '${__value.raw}';

/** What is broken, where, since when, and which link to follow. */
export function firing({ runbooks, thresholds }: DashboardSettings, place: Place) {
  return table({
    ...place,
    title: 'Firing alerts',
    shows: 'Alerts that fire now, critical ones first; since when the condition holds.',
    normal: `nothing. A restart or a deploy fires nothing: an alert waits, ${thresholds.DiscordShardDown.critical.for} for a shard that is down, or needs something that a restart does not do.`,
    otherwise:
      'click the alert for its runbook, and the shard, consumer or instance for its dashboard. Several at once: begin with MonitoringTargetDown, it explains the others.',
    exprs: [`${oldest('critical')}\nor\n${oldest('warning')}`],
    columns: [
      {
        from: 'severity',
        title: 'Severity',
        width: 85,
        mappings: [
          words({
            critical: { text: 'CRITICAL', color: COLORS.critical },
            warning: { text: 'warning', color: COLORS.warning },
          }),
        ],
      },
      {
        from: 'alertname',
        title: 'Alert',
        width: 245,
        links: [link('Runbook', `${runbooks}/${VALUE}.md`).targetBlank(true)],
      },
      { from: 'Value', title: 'Since', unit: 'dateTimeFromNow', width: 125 },
      WHICH_BOT,
      {
        from: 'shard',
        title: 'Shard',
        width: 55,
        links: [fromCell('This shard', 'shards', 'shard')],
      },
      {
        from: 'consumer_name',
        title: 'Consumer',
        width: 150,
        links: [fromCell('This consumer', 'jetstream', 'consumer')],
      },
      { from: 'component', title: 'Component', width: 90 },
      {
        from: 'instance',
        title: 'Instance',
        links: [fromCell('This instance', 'runtime', 'instance')],
      },
    ],
    sortBy: { title: 'Severity', descending: false },
    empty: 'Nothing is firing',
  });
}

/** Start of the condition in milliseconds. */
function oldest(severity: string): string {
  const matchers = [OUR_ALERTS, `severity="${severity}"`];
  const since = selectAnyJob('ALERTS_FOR_STATE', ...matchers);
  const alerts = selectAnyJob('ALERTS', ...matchers, 'alertstate="firing"');
  return `bottomk(${MOST_ROWS}, 1000 * ${since} and ignoring (alertstate) ${alerts})`;
}
