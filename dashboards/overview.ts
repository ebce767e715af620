import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboard, type DashboardSettings } from './dashboard.ts';
import { to } from './links.ts';
import { backlog, CONSUMER_NAME, deadLetters, redelivery } from './signals/consumers.ts';
import { eventGap } from './signals/event-gap.ts';
import { eventAge, eventsPerSecond } from './signals/events.ts';
import { firing } from './signals/firing.ts';
import { processes, shardsUp, timeline } from './signals/fleet.ts';
import { heartbeat } from './signals/heartbeat.ts';
import { memoryShare } from './signals/memory.ts';
import { select } from './select.ts';
import { JOB } from './variables.ts';

/** Lines that can be told apart in a small panel. */
const MOST_LINES = 5;

/** The page that a page opens: what is broken, where, since when, and where to look next; on one screen. */
export function overview(settings: DashboardSettings): Dashboard {
  const quarter = { width: 6, height: 6 };
  const [toShards, toConsumers, toDelivery, toRuntime] = [
    { links: [to('shards')] },
    { links: [to('jetstream')] },
    { links: [to('delivery')] },
    { links: [to('runtime')] },
  ];
  return dashboard(
    {
      name: 'overview',
      description:
        'Is the bot broken, where, and since when. The first row answers; every panel leads to its details.',
      variables: [JOB],
      panels: [
        firing(settings, { id: 1, width: 15, height: 8 }),
        shardsUp({ id: 2, width: 4, height: 8, ...toShards }),
        processes(settings, { id: 3, width: 5, height: 8, ...toRuntime }),
        timeline(settings, { id: 4, width: 24, height: 7, ...toShards }),
        heartbeat(settings, { id: 5, ...quarter, ...toShards }, MOST_LINES),
        eventGap(settings, { id: 6, ...quarter, ...toShards }, MOST_LINES),
        eventsPerSecond({ id: 7, ...quarter, ...toDelivery }),
        eventAge({ id: 8, ...quarter, ...toDelivery }),
        backlog(settings, { id: 9, ...quarter, ...toConsumers }, MOST_LINES, CONSUMER_NAME),
        redelivery(settings, { id: 10, ...quarter, ...toConsumers }, MOST_LINES),
        deadLetters(settings, { id: 11, ...quarter, ...toDelivery }, MOST_LINES),
        memoryShare(settings, { id: 12, ...quarter, ...toRuntime }, MOST_LINES, select),
      ],
    },
    settings,
  );
}
