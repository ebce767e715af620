import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboard, type DashboardSettings } from './dashboard.ts';
import { to } from './links.ts';
import { connections, heartbeatSpread, sessions } from './signals/connections.ts';
import { eventGap } from './signals/event-gap.ts';
import { guilds, losses, shardEvents } from './signals/shard-events.ts';
import { shardsUp, timeline } from './signals/fleet.ts';
import { heartbeat } from './signals/heartbeat.ts';
import { identifyBudget, shardCount } from './signals/identify-budget.ts';
import { leasesHeld, leaseTimeLeft, leaseTrouble } from './signals/leases.ts';
import { shardTable } from './signals/shard-table.ts';
import { JOB, SHARD } from './variables.ts';

const CHOSEN = 'shard=~"$shard"';
const MOST_LINES = 10;

/** One shard, or those of a thousand that need a look. */
export function shards(settings: DashboardSettings): Dashboard {
  const half = { width: 12, height: 8 };
  const third = { width: 8, height: 8 };
  return dashboard(
    {
      name: 'shards',
      description: 'The connections to Discord: which shard, which gateway has it, what it did.',
      variables: [JOB, SHARD],
      panels: [
        {
          id: 100,
          title: 'Which shards',
          panels: [
            shardTable(settings, { id: 101, width: 20, height: 9 }, CHOSEN),
            shardsUp({ id: 102, width: 4, height: 9, links: [to('overview')] }),
            timeline(settings, { id: 103, width: 24, height: 7 }, CHOSEN),
          ],
        },
        {
          id: 200,
          title: 'Is Discord answering',
          panels: [
            heartbeat(settings, { id: 201, ...half }, MOST_LINES, CHOSEN),
            eventGap(settings, { id: 202, ...half }, MOST_LINES, CHOSEN),
            heartbeatSpread({ id: 203, ...half }),
            shardEvents({ id: 204, ...half }, MOST_LINES, CHOSEN),
          ],
        },
        {
          id: 300,
          title: 'Connections and sessions',
          panels: [
            connections({ id: 301, ...third }, CHOSEN),
            sessions({ id: 302, ...third }, CHOSEN),
            losses({ id: 303, ...third }, CHOSEN),
          ],
        },
        {
          id: 400,
          title: 'Room to grow',
          panels: [
            identifyBudget({ id: 401, ...third }),
            shardCount({ id: 402, ...third }),
            guilds({ id: 403, ...third }, CHOSEN),
          ],
        },
        {
          id: 500,
          title: 'Leases',
          panels: [
            leasesHeld({ id: 501, ...third }, MOST_LINES),
            leaseTimeLeft({ id: 502, ...third }, MOST_LINES),
            leaseTrouble({ id: 503, ...third }),
          ],
        },
      ],
    },
    settings,
  );
}
