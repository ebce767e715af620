import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboard, type DashboardSettings } from './dashboard.ts';
import { backlog, CONSUMER as BY_CONSUMER, redelivery } from './signals/consumers.ts';
import { answers, deliveries, lastActivity, waiting } from './signals/deliveries.ts';
import { collecting, exporterHealth } from './signals/exporter.ts';
import { handlerSeconds, inFlight, outcomes, renewals } from './signals/handling.ts';
import { streamReplicas, streamRoom, streamTable } from './signals/streams.ts';
import { CONSUMER, JOB, STREAM } from './variables.ts';

const OF_STREAM = 'stream_name=~"$stream"';
const OF_CONSUMER = 'consumer_name=~"$consumer"';
const MOST_LINES = 10;

/** What waits, who takes it, and how that ends. */
export function jetstream(settings: DashboardSettings): Dashboard {
  const half = { width: 12, height: 8 };
  const ofBoth = [OF_STREAM, OF_CONSUMER];
  return dashboard(
    {
      name: 'jetstream',
      description: 'Streams and consumers as the server tells them, and workers as they tell of themselves.',
      variables: [JOB, STREAM, CONSUMER],
      panels: [
        {
          id: 100,
          title: 'Is anything waiting',
          panels: [
            backlog(settings, { id: 101, ...half }, MOST_LINES, BY_CONSUMER, ...ofBoth),
            lastActivity(settings, { id: 102, ...half }, MOST_LINES, ...ofBoth),
            deliveries({ id: 103, ...half }, MOST_LINES, ...ofBoth),
            redelivery(settings, { id: 104, ...half }, MOST_LINES, OF_CONSUMER),
            answers({ id: 105, ...half }, ...ofBoth),
            waiting({ id: 106, ...half }, MOST_LINES, ...ofBoth),
          ],
        },
        {
          id: 200,
          title: 'Workers',
          panels: [
            handlerSeconds({ id: 201, ...half }, OF_CONSUMER),
            outcomes({ id: 202, ...half }, OF_CONSUMER),
            inFlight({ id: 203, ...half }, MOST_LINES, OF_CONSUMER),
            renewals({ id: 204, ...half }, MOST_LINES, OF_CONSUMER),
          ],
        },
        {
          id: 300,
          title: 'Streams',
          panels: [
            streamTable({ id: 301, width: 10, height: 8 }, OF_STREAM),
            streamRoom({ id: 302, width: 7, height: 8 }, MOST_LINES, OF_STREAM),
            streamReplicas({ id: 303, width: 7, height: 8 }, OF_STREAM),
          ],
        },
        {
          id: 400,
          title: 'The exporter itself',
          panels: [exporterHealth({ id: 401, ...half }), collecting({ id: 402, ...half })],
        },
      ],
    },
    settings,
  );
}
