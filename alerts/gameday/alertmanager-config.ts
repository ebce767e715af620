import { stringify } from 'yaml';

import type { Timing } from './timing.ts';

export function alertmanagerConfig(url: string, timing: Timing): string {
  const hook = (name: string) => ({
    name,
    webhook_configs: [{ url: `${url}/${name}`, send_resolved: true }],
  });
  return stringify({
    route: {
      receiver: 'ticket',
      group_by: ['alertname', 'severity'],
      group_wait: timing.groupWait,
      group_interval: timing.groupInterval,
      repeat_interval: '4h',
      routes: [
        { receiver: 'watchdog', matchers: ['alertname="Watchdog"'] },
        { receiver: 'page', matchers: ['severity="critical"'] },
      ],
    },
    inhibit_rules: [
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        equal: ['namespace', 'alertname', 'shard', 'stream_name', 'consumer_name', 'pod', 'instance'],
      },
    ],
    receivers: ['page', 'ticket', 'watchdog'].map(hook),
  });
}
