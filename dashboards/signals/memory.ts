import { showValue } from '../../alerts/thresholds.ts';
import type { DashboardSettings } from '../dashboard.ts';
import { toLine } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { withRunbook } from '../panels/with-runbook.ts';
import { highest, IN_BOT, peak } from '../select.ts';

/** @param select narrows a metric to the processes that are looked at */
export function memoryShare(
  settings: DashboardSettings,
  place: Place,
  count: number,
  select: (name: string, ...matchers: string[]) => string,
) {
  const limits = settings.thresholds.ContainerMemoryHigh;
  const used = select('bot_container_memory_working_set_bytes');
  const limit = select('bot_container_memory_limit_bytes');
  return timeSeries({
    ...withRunbook(place, settings, 'ContainerMemoryHigh'),
    title: 'Memory, share of the limit',
    shows: 'Working set of the container; processes without a limit are not shown.',
    normal: 'a saw without a trend, below two thirds.',
    otherwise: `above ${showValue(limits.warning.value, limits.unit)} there is little room, at 100% the kernel kills the process. Rising with load: a higher limit or fewer shards a process. Rising without: a leak; a restart gives time.`,
    unit: 'percentunit',
    lines: [
      [
        `{{job}} {{instance}}${IN_BOT}`,
        highest(
          count,
          ['job', 'instance'],
          `${used} / (${limit} > 0)`,
          `${peak(used)} / (${peak(limit)} > 0)`,
        ),
      ],
    ],
    limits,
    upTo: 1,
    dataLinks: [toLine('runtime', { component: 'job', instance: 'instance' })],
  });
}
