import { showValue } from '../../alerts/thresholds.ts';
import type { DashboardSettings } from '../dashboard.ts';
import { COLORS } from '../colors.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { withRunbook } from '../panels/with-runbook.ts';
import { among, by, highest, IN_BOT, increase, peak, rate, selectInstance } from '../select.ts';

const PROCESS = ['job', 'instance'];
const SUM = `sum ${by(...PROCESS)}`;
const LEGEND = `{{job}} {{instance}}${IN_BOT}`;

/** @param count how many processes have a line of their own */
export function memoryUse(place: Place, count: number) {
  const used = selectInstance('bot_container_memory_working_set_bytes');
  return timeSeries({
    ...place,
    title: 'Memory, working set',
    shows: 'What the kernel counts against the limit; the largest processes.',
    normal: 'a saw without a trend.',
    otherwise:
      'one process above its equals: more shards or larger guilds, or a leak. All rise: load, or a version.',
    unit: 'bytes',
    lines: [[LEGEND, highest(count, PROCESS, used, peak(used))]],
  });
}

/** What the leak rule compares, of the process that is closest to its limit. */
export function memoryTrend(settings: DashboardSettings, place: Place) {
  const { reach, horizon, minDailyRise, minAge } = settings.thresholds.ContainerMemoryLeakSuspected;
  const unit = settings.thresholds.ContainerMemoryHigh.unit;
  const floor = selectInstance('shardwatch:memory_working_set_bytes:min1d');
  const ceiling = selectInstance('shardwatch:memory_working_set_bytes:max1d');
  const limit = selectInstance('shardwatch:memory_limit_bytes:max');
  const closest = (expr: string) =>
    `${expr}\n${among(PROCESS, `topk(1, ${ceiling} @ end() / ${limit} @ end())`)}`;
  return timeSeries({
    ...withRunbook(place, settings, 'ContainerMemoryLeakSuspected'),
    title: 'Memory, floor and ceiling of whole days',
    shows: `Lowest and highest working set of the last 24 h of the chosen process that is closest to its limit, and where the rule says that it would hit. Best seen over 7 days.`,
    normal: 'floor and ceiling go up and down with the weeks, or stay.',
    otherwise: `both rise day after day: ContainerMemoryLeakSuspected fires when both rose by more than ${showValue(
      minDailyRise,
      unit,
    )} of the limit on two days running, would reach ${showValue(reach, unit)} of it within ${horizon}, and the process is older than ${minAge}.`,
    unit: 'bytes',
    lines: [
      [`ceiling ${LEGEND}`, closest(ceiling)],
      [`floor ${LEGEND}`, closest(floor)],
      ['limit', closest(limit)],
      [`${showValue(reach, unit)} of the limit`, closest(`${reach} * ${limit}`)],
    ],
    styles: {
      limit: { color: COLORS.critical },
      [`${showValue(reach, unit)} of the limit`]: { color: COLORS.warning, dashed: true },
    },
  });
}

/** @param count how many processes have a line of their own */
export function memoryPressure(place: Place, count: number) {
  const waited = selectInstance('bot_container_memory_pressure_seconds_total', 'kind="some"');
  return timeSeries({
    ...place,
    title: 'Time lost waiting for memory',
    shows:
      'Share of time in which some task of the container waited for memory, as the kernel counts it (PSI).',
    normal: 'zero.',
    otherwise:
      'above a few percent the limit is too tight: the process works to keep its memory instead of for us.',
    unit: 'percentunit',
    lines: [
      [
        LEGEND,
        highest(count, PROCESS, `${SUM} (${rate(waited)})`, `${SUM} (increase(${waited}[$__range] @ end()))`),
      ],
    ],
    upTo: 0.1,
  });
}

export function kills(place: Place) {
  return timeSeries({
    ...place,
    title: 'OOM kills',
    shows:
      'Processes that the kernel killed for want of memory and whose container lived on; where the container dies with them, the orchestrator tells.',
    normal: 'none.',
    otherwise: 'the limit was reached: raise it, or find what grew.',
    unit: 'short',
    lines: [
      [
        `{{job}}${IN_BOT}`,
        `sum ${by('job')} (${increase(selectInstance('bot_container_memory_oom_kills_total'))})`,
      ],
    ],
    bars: true,
    upTo: 1,
  });
}
