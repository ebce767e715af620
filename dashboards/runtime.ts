import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboard, type DashboardSettings } from './dashboard.ts';
import { CHOSEN_COMPONENTS, selectInstance } from './select.ts';
import { kills, memoryPressure, memoryTrend, memoryUse } from './signals/container-memory.ts';
import { memoryShare } from './signals/memory.ts';
import { cpu, eventLoop, files, garbage, heap } from './signals/node.ts';
import { processTable } from './signals/process-table.ts';
import { COMPONENT, INSTANCE } from './variables.ts';

const MOST_LINES = 10;

/** What the processes themselves are doing, whatever they are for. */
export function runtime(settings: DashboardSettings): Dashboard {
  const half = { width: 12, height: 8 };
  const third = { width: 8, height: 8 };
  return dashboard(
    {
      name: 'runtime',
      description: 'Memory, CPU, event loop and restarts of every gateway, worker and exporter.',
      variables: [COMPONENT, INSTANCE],
      processes: CHOSEN_COMPONENTS,
      panels: [
        { id: 100, title: 'Processes', panels: [processTable(settings, { id: 101, width: 24, height: 8 })] },
        {
          id: 200,
          title: 'Memory',
          panels: [
            memoryShare(settings, { id: 201, ...half }, MOST_LINES, selectInstance),
            memoryUse({ id: 202, ...half }, MOST_LINES),
            memoryTrend(settings, { id: 203, width: 24, height: 9 }),
            heap({ id: 204, ...third }, MOST_LINES),
            memoryPressure({ id: 205, ...third }, MOST_LINES),
            kills({ id: 206, ...third }),
          ],
        },
        {
          id: 300,
          title: 'CPU and event loop',
          panels: [
            cpu({ id: 301, ...half }, MOST_LINES),
            eventLoop({ id: 302, ...half }, MOST_LINES),
            garbage({ id: 303, ...half }, MOST_LINES),
            files({ id: 304, ...half }, MOST_LINES),
          ],
        },
      ],
    },
    settings,
  );
}
