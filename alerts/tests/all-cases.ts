import { fleetDownCases } from './discord-shard-down-fleet.cases.ts';
import { shardDownCases } from './discord-shard-down.cases.ts';
import { eventGapCases } from './discord-shard-event-gap.cases.ts';
import { heartbeatSlowCases } from './discord-shard-heartbeat-slow.cases.ts';
import type { RuleCase } from './rule-case.ts';

/** Every alert with its stories. Those of one entry have the same step. */
export const ALL_CASES: readonly (readonly [string, readonly RuleCase[]])[] = [
  ['DiscordShardHeartbeatSlow', heartbeatSlowCases],
  ['DiscordShardEventGap', eventGapCases],
  ['DiscordShardDown, single shards', shardDownCases],
  ['DiscordShardDown, the whole bot', fleetDownCases],
];
