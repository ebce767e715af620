import type { Settings } from '../settings.ts';
import { showValue } from '../thresholds.ts';
import { alertRule, bothSeverities, IN_NAMESPACE } from './alert.ts';
import { by, metric } from './query.ts';
import type { AlertingRule } from './rule.ts';
import { whereUp } from './shard-state.ts';

export function discordShardEventGap(settings: Settings): AlertingRule[] {
  const alert = 'DiscordShardEventGap';
  const { unit, warning, critical } = settings.thresholds[alert];
  const ofShard = by(settings, 'job', 'shard');
  const gap = metric(settings, 'discord_shard_event_gap_seconds', 'gateway');
  const guilds = metric(settings, 'discord_shard_guilds', 'gateway');
  return bothSeverities({ warning, critical }, ({ value }, severity) =>
    alertRule(settings, {
      alert,
      severity,
      // A shard without guilds has nothing to hear and cannot be probed.
      expr: `min by ${ofShard} (${gap}) > ${value}
${whereUp(settings)}
unless on ${ofShard} (max by ${ofShard} (${guilds}) == 0)`,
      summary: 'A shard is connected but gets no events: it is deaf.',
      description: `Shard {{ $labels.shard }} (job {{ $labels.job }}${IN_NAMESPACE}) has had no event and no
        answer to a probe for {{ $value | humanizeDuration }}; the limit is ${showValue(value, unit)}. First
        look whether the gateway reconnects it (discord_shard_closes_total); if it does not or that does not
        help, restart that gateway: the session is resumed.`,
      dashboard: { uid: 'shards', panel: 202, variables: { shard: 'shard' } },
    }),
  );
}
