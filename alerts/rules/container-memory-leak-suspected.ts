import type { Settings } from '../settings.ts';
import { secondsOf } from '../thresholds.ts';
import { alertRule, IN_NAMESPACE } from './alert.ts';
import { CONTAINER_DASHBOARD, CONTAINER_TEXT, memoryLimit, ofContainer } from './container-memory.ts';
import { metric, narrowed } from './query.ts';
import type { AlertingRule, RecordingRule } from './rule.ts';

/** A whole day, so that a daily cycle cancels itself out: a property of the method and no setting. */
const DAY = '1d';
const FLOOR = 'shardwatch:memory_working_set_bytes:min1d';
const CEILING = 'shardwatch:memory_working_set_bytes:max1d';
const FLOOR_RISE = `${FLOOR}:rise`;
const CEILING_RISE = `${CEILING}:rise`;
const LIMIT = 'shardwatch:memory_limit_bytes:max';

/** Lowest and highest working set of each hour, and of each day from those: 288 samples instead of 5,760. */
export function memoryTrendRules(settings: Settings): RecordingRule[] {
  const workingSet = narrowed(settings, settings.selectors.memory.workingSet);
  const of = ofContainer(settings);
  const floorOfHour = 'shardwatch:memory_working_set_bytes:min1h';
  const ceilingOfHour = 'shardwatch:memory_working_set_bytes:max1h';
  return [
    { record: LIMIT, expr: memoryLimit(settings) },
    { record: floorOfHour, expr: `max by ${of} (min_over_time(${workingSet}[1h]))` },
    { record: ceilingOfHour, expr: `max by ${of} (max_over_time(${workingSet}[1h]))` },
    { record: FLOOR, expr: `min_over_time(${floorOfHour}[${DAY}])` },
    { record: CEILING, expr: `max_over_time(${ceilingOfHour}[${DAY}])` },
    { record: FLOOR_RISE, expr: `${FLOOR} - ${FLOOR} offset ${DAY}` },
    { record: CEILING_RISE, expr: `${CEILING} - ${CEILING} offset ${DAY}` },
  ];
}

/**
 * Slopes (`deriv`, `predict_linear`) take a daily cycle for a leak. Instead: the floor and the ceiling of
 * whole days rise, two days running, without slowing down, and would reach the limit soon.
 */
export function containerMemoryLeakSuspected(settings: Settings): AlertingRule[] {
  const alert = 'ContainerMemoryLeakSuspected';
  const { minDailyRise, minPersistence, horizon, reach, minAge } = settings.thresholds[alert];
  const startedAt = `max by ${ofContainer(settings)} (${metric(settings, 'process_start_time_seconds')})`;
  // The mean rise of both days, over the horizon.
  const expectedRise = `${secondsOf(horizon) / secondsOf(DAY) / 2} * (${FLOOR_RISE} + ${FLOOR_RISE} offset ${DAY})`;
  return [
    alertRule(settings, {
      alert,
      severity: 'warning',
      expr: `(${FLOOR_RISE} > ${minDailyRise} * ${LIMIT})
and (${FLOOR_RISE} offset ${DAY} > ${minDailyRise} * ${LIMIT})
and (${CEILING_RISE} > ${minDailyRise} * ${LIMIT})
and (${CEILING_RISE} offset ${DAY} > ${minDailyRise} * ${LIMIT})
and (${FLOOR_RISE} > ${minPersistence} * ${FLOOR_RISE} offset ${DAY})
and (${CEILING} + ${expectedRise} > ${reach} * ${LIMIT})
and (time() - ${startedAt} > ${secondsOf(minAge)})`,
      summary: 'The memory of a container rises day after day: it leaks.',
      description: `The floor of ${CONTAINER_TEXT}${IN_NAMESPACE} rose by {{ $value | humanize1024 }}B in a day
        and by about as much the day before; at this rate the limit is reached within ${horizon}. First compare
        with the other processes and with what was deployed before it began; a restart resets it until the
        cause is found.`,
      dashboard: { ...CONTAINER_DASHBOARD, panel: 203, from: 'now-7d' },
    }),
  ];
}
