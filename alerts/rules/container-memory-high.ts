import type { Settings } from '../settings.ts';
import { showValue } from '../thresholds.ts';
import { alertRule, bothSeverities, IN_NAMESPACE } from './alert.ts';
import { CONTAINER_DASHBOARD, CONTAINER_TEXT, memoryLimit, workingSet } from './container-memory.ts';
import type { AlertingRule } from './rule.ts';

export function containerMemoryHigh(settings: Settings): AlertingRule[] {
  const alert = 'ContainerMemoryHigh';
  const { unit, warning, critical } = settings.thresholds[alert];
  return bothSeverities({ warning, critical }, ({ value, for: wait }, severity) =>
    alertRule(settings, {
      alert,
      severity,
      expr: `${workingSet(settings)}
/
${memoryLimit(settings)}
> ${value}`,
      summary: 'A container is close to its memory limit.',
      description: `${CONTAINER_TEXT}${IN_NAMESPACE} uses {{ $value | humanizePercentage }} of its memory
        limit; the threshold is ${showValue(value, unit)} for ${wait}. Above 100% the kernel kills it. First see
        whether it rises or came with load; a restart gives time, a higher limit or fewer shards a process
        gives room.`,
      dashboard: { ...CONTAINER_DASHBOARD, panel: 201 },
    }),
  );
}
