import type { Settings } from '../settings.ts';
import { by, metric } from './query.ts';
import type { RecordingRule } from './rule.ts';

/** 1 or 0 for each shard: up if any process says so, down if the process that had it is gone. */
export const SHARD_UP = 'shardwatch:discord_shard_up:max';
/** The same over a while: a shard that comes and goes is what it mostly is. */
export const SHARD_STEADY = 'shardwatch:discord_shard_up:steady';
/** How many shards of the bot are up, in that sense. */
export const SHARDS_UP = 'shardwatch:discord_shards_up:sum';
/** How many shards some process has, up or not. */
export const SHARDS_OWNED = 'shardwatch:discord_shards_owned:count';

/** A shard is either mostly up or mostly down: so that no two alerts tell of the same fault. */
export const MOSTLY = 0.5;

/** What the alerts about shards have in common. */
export function shardStateRules(settings: Settings): RecordingRule[] {
  const { memory, window } = settings.thresholds.DiscordShardDown;
  const ofShard = by(settings, 'job', 'shard');
  const up = metric(settings, 'discord_shard_up', 'gateway');
  return [
    {
      record: SHARD_UP,
      expr: `max by ${ofShard} (${up})
or
0 * max by ${ofShard} (last_over_time(${up}[${memory}]))`,
    },
    { record: SHARD_STEADY, expr: `avg_over_time(${SHARD_UP}[${window}]) >= bool ${MOSTLY}` },
    { record: SHARDS_UP, expr: `sum by ${by(settings, 'job')} (${SHARD_STEADY})` },
    { record: SHARDS_OWNED, expr: `count by ${by(settings, 'job')} (max by ${ofShard} (${up}))` },
  ];
}

/** Condition to add to what is asked about a shard: that it is mostly up. */
export function whereUp(settings: Settings): string {
  return `and on ${by(settings, 'job', 'shard')} (${SHARD_STEADY} == 1)`;
}
