import type { Settings } from '../settings.ts';
import { alertRule, IN_NAMESPACE } from './alert.ts';
import { by, metric, metricOfJob } from './query.ts';
import type { AlertingRule } from './rule.ts';
import { SHARD_STEADY, SHARDS_OWNED, SHARDS_UP } from './shard-state.ts';

/**
 * Two rules: single shards by their number, and the bot as a whole where no number can be told or none is
 * left. `scope` tells them apart.
 */
export function discordShardDown(settings: Settings): AlertingRule[] {
  const base = { alert: 'DiscordShardDown', severity: 'critical' } as const;
  const { for: wait } = settings.thresholds.DiscordShardDown.critical;
  return [
    alertRule(settings, {
      ...base,
      labels: { scope: 'shard' },
      expr: shardsDown(settings),
      summary: 'A shard is down: the guilds on it get no answer.',
      description: `Shard {{ $labels.shard }} of job {{ $labels.job }}${IN_NAMESPACE} has not been up for
        ${wait}, while others are. First see whether its gateway runs and what its log says about this shard;
        then discord_shard_state and discord_session_starts_remaining.`,
      dashboard: { uid: 'shards', panel: 103, variables: { shard: 'shard' } },
    }),
    alertRule(settings, {
      ...base,
      labels: { scope: 'fleet' },
      expr: `${fleetDown(settings)}
or
${unowned(settings)}`,
      summary: 'Shards of the bot have no gateway, or none of them is up.',
      description: `{{ if eq $value 0.0 }}No shard at all is up{{ else }}{{ $value }} shards are in no
        gateway{{ end }} (job {{ $labels.job }}${IN_NAMESPACE}). First see how many gateways run and how many
        should; then whether they reach Discord and NATS.`,
      dashboard: { uid: 'shards', panel: 103, variables: {} },
    }),
  ];
}

/** Shards that are mostly down while others are up. */
function shardsDown(settings: Settings): string {
  const { window } = settings.thresholds.DiscordShardDown;
  const ofBot = by(settings, 'job');
  const ofShard = by(settings, 'job', 'shard');
  const identifying = metric(settings, 'discord_shard_state', 'gateway', 'state="identifying"');
  // Fewer shards than before, all of them up: the numbers that are gone are not missing.
  // Identifying is one at a time: those whose turn has not come are not down while it goes on.
  return `(${SHARD_STEADY} == 0)
and on ${ofBot} (${SHARDS_UP} > 0)
unless on ${ofBot} (${SHARDS_UP} >= on ${ofBot} ${configured(settings)})
unless on ${ofShard} (
  (max by ${ofShard} (${identifying}) == 1)
  and on ${ofBot} (${SHARDS_UP} > ${SHARDS_UP} offset ${window})
)`;
}

/** The value is 0. Without any memory of shards the job alone is known. */
function fleetDown(settings: Settings): string {
  const absent = settings.selectors.jobs.gateway.map(
    (job) => `or on () (0 * absent(${metricOfJob(settings, 'discord_shard_up', job)}))`,
  );
  return [`(${SHARDS_UP} == 0)`, ...absent].join('\n');
}

/**
 * How many shards nobody has: they are not remembered either, and it is no start, in which there would be
 * more of them than a while ago.
 */
function unowned(settings: Settings): string {
  const { unowned: since } = settings.thresholds.DiscordShardDown;
  const ofBot = by(settings, 'job');
  return `(
  (${configured(settings)} - on ${ofBot} ${SHARDS_OWNED} > 0)
  and on ${ofBot} (max_over_time(${SHARDS_OWNED}[${since}]) <= ${SHARDS_OWNED} offset ${since})
  unless on ${ofBot} (${SHARD_STEADY} == 0)
)`;
}

function configured(settings: Settings): string {
  return `max by ${by(settings, 'job')} (${metric(settings, 'discord_shards_configured', 'gateway')})`;
}
