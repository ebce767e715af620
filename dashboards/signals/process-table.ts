import { COLORS } from '../colors.ts';
import type { DashboardSettings } from '../dashboard.ts';
import { fromCell } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { words } from '../panels/mapping.ts';
import { table, WHICH_BOT } from '../panels/table.ts';
import { among, by, rate, selectInstance } from '../select.ts';

const MOST_ROWS = 100;
const PROCESS = by('job', 'instance');

/**
 * One row a process: those that cannot be seen, then those that are young, which after a crash are those that
 * crash.
 */
export function processTable({ thresholds }: DashboardSettings, place: Place) {
  const started = selectInstance('process_start_time_seconds');
  const youngest = `topk(${MOST_ROWS}, max ${PROCESS} (${started}))`;
  const of = (expr: string) => `${expr}\n${among(['job', 'instance'], youngest)}`;
  return table({
    ...place,
    title: 'Processes',
    shows: `Those that cannot be seen, and the youngest ${MOST_ROWS} of the others.`,
    normal: 'all of one version, as old as the last deploy.',
    otherwise:
      'young ones without a deploy: they crash or are killed; see OOM kills below and what the orchestrator says. Two versions for long: a deploy is stuck.',
    exprs: [
      `bottomk(${MOST_ROWS}, min ${PROCESS} (${selectInstance('up')}))`,
      of(`max ${by('job', 'instance', 'version', 'node')} (${selectInstance('shardwatch_build_info')})`),
      of(`1000 * max ${PROCESS} (${started})`),
      of(`sum ${PROCESS} (${rate(selectInstance('process_cpu_seconds_total'))})`),
      of(`max ${PROCESS} (${selectInstance('bot_container_memory_working_set_bytes')})`),
      of(
        `max ${PROCESS} (${selectInstance('bot_container_memory_working_set_bytes')}) / (max ${PROCESS} (${selectInstance('bot_container_memory_limit_bytes')}) > 0)`,
      ),
      of(`max ${PROCESS} (${selectInstance('nodejs_eventloop_lag_p99_seconds')})`),
    ],
    columns: [
      WHICH_BOT,
      { from: 'job', title: 'Component' },
      {
        from: 'instance',
        title: 'Instance',
        links: [fromCell('Only this process', 'runtime', 'instance')],
      },
      {
        from: 'Value #A',
        title: 'Seen',
        mappings: [
          words({ 0: { text: 'NOT SEEN', color: COLORS.critical }, 1: { text: 'yes', color: COLORS.none } }),
        ],
      },
      { from: 'version', title: 'Version' },
      { from: 'node', title: 'Node' },
      { from: 'Value #C', title: 'Started', unit: 'dateTimeFromNow' },
      { from: 'Value #D', title: 'CPU cores', unit: 'none', decimals: 2 },
      { from: 'Value #E', title: 'Memory', unit: 'bytes' },
      {
        from: 'Value #F',
        title: 'Of limit',
        unit: 'percentunit',
        limits: thresholds.ContainerMemoryHigh,
      },
      { from: 'Value #G', title: 'Event loop p99', unit: 's' },
    ],
    sortBy: { title: 'Seen', descending: false },
    empty: 'No process is seen',
  });
}
