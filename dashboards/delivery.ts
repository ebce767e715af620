import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboard, type DashboardSettings } from './dashboard.ts';
import { deadLetters, redelivery } from './signals/consumers.ts';
import { eventAge, eventsPerSecond } from './signals/events.ts';
import { eventTypes, ageSpread } from './signals/event-types.ts';
import { explore, LOG_SELECTOR, LOGS, TRACES } from './signals/explore.ts';
import { handlerSeconds, outcomes } from './signals/handling.ts';
import { publishFailures, publishPending, publishSeconds } from './signals/publishing.ts';
import { restRefusals, restRoutes, restStatus } from './signals/rest.ts';
import { ANY_CONSUMER, JOB } from './variables.ts';

const OF_CONSUMER = 'consumer_name=~"$consumer"';
const MOST_LINES = 10;

/** The way of an event, from Discord's dispatch to the answer that a handler sends back. */
export function delivery(settings: DashboardSettings): Dashboard {
  const half = { width: 12, height: 8 };
  const third = { width: 8, height: 8 };
  return dashboard(
    {
      name: 'delivery',
      description: 'The way of an event: taken, stored, handled, answered; and where it gets stuck.',
      variables: [JOB, ANY_CONSUMER, LOGS, LOG_SELECTOR, TRACES],
      panels: [
        {
          id: 100,
          title: 'From Discord to the stream',
          panels: [
            eventsPerSecond({ id: 101, ...half }),
            eventTypes({ id: 102, ...half }, MOST_LINES),
            publishSeconds({ id: 103, ...third }),
            publishPending({ id: 104, ...third }, MOST_LINES),
            publishFailures({ id: 105, ...third }),
          ],
        },
        {
          id: 200,
          title: 'From the stream to the handler',
          panels: [
            eventAge({ id: 201, ...half }),
            ageSpread({ id: 202, ...half }, OF_CONSUMER),
            handlerSeconds({ id: 203, ...half }, OF_CONSUMER),
            outcomes({ id: 204, ...half }, OF_CONSUMER),
            redelivery(settings, { id: 205, ...half }, MOST_LINES, OF_CONSUMER),
            deadLetters(settings, { id: 206, ...half }, MOST_LINES, OF_CONSUMER),
          ],
        },
        {
          id: 300,
          title: 'Back to Discord',
          panels: [
            restStatus({ id: 301, ...third }),
            restRefusals({ id: 302, ...third }, MOST_LINES),
            restRoutes({ id: 303, ...third }, MOST_LINES),
          ],
        },
        {
          id: 400,
          title: 'One event in detail',
          panels: [explore({ id: 401, width: 24, height: 5 })],
        },
      ],
    },
    settings,
  );
}
