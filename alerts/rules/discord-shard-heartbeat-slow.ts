import type { Settings } from '../settings.ts';
import { showValue } from '../thresholds.ts';
import { alertRule, bothSeverities, IN_NAMESPACE } from './alert.ts';
import { by, metric } from './query.ts';
import type { AlertingRule } from './rule.ts';
import { whereUp } from './shard-state.ts';

export function discordShardHeartbeatSlow(settings: Settings): AlertingRule[] {
  const alert = 'DiscordShardHeartbeatSlow';
  const { window, unit, warning, critical } = settings.thresholds[alert];
  const latency = metric(settings, 'discord_shard_heartbeat_latency_seconds', 'gateway');
  return bothSeverities({ warning, critical }, ({ value, for: wait }, severity) =>
    alertRule(settings, {
      alert,
      severity,
      // Where two processes have the shard, the one that is better off serves it.
      expr: `min by ${by(settings, 'job', 'shard')} (max_over_time(${latency}[${window}])) > ${value}
${whereUp(settings)}`,
      summary: 'Discord acknowledges the heartbeats of a shard slowly or not at all.',
      description: `Heartbeats of shard {{ $labels.shard }} (job {{ $labels.job }}${IN_NAMESPACE}) take
        {{ $value | humanizeDuration }}, more than ${showValue(value, unit)} for ${wait}. First compare shards:
        all of them points at Discord or the network, those of one gateway at its CPU or event loop.`,
      dashboard: { uid: 'shards', panel: 201, variables: { shard: 'shard' } },
    }),
  );
}
