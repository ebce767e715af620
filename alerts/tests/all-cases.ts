import { memoryHighCases } from './container-memory-high.cases.ts';
import { leakCases } from './container-memory-leak-suspected.cases.ts';
import { deadLetterCases } from './dead-letters-arriving.cases.ts';
import { fleetDownCases } from './discord-shard-down-fleet.cases.ts';
import { shardDownCases } from './discord-shard-down.cases.ts';
import { eventGapCases } from './discord-shard-event-gap.cases.ts';
import { heartbeatSlowCases } from './discord-shard-heartbeat-slow.cases.ts';
import { pendingHighCases } from './jetstream-consumer-pending-high.cases.ts';
import { stalledCases } from './jetstream-consumer-stalled.cases.ts';
import { redeliveryRateCases } from './jetstream-redelivery-rate-high.cases.ts';
import { targetDownCases } from './monitoring-target-down.cases.ts';
import { nobodyIsPagedCases } from './nobody-is-paged.cases.ts';
import type { RuleCase } from './rule-case.ts';

/** Every alert with its stories, those next to its limits first. Those of one entry have the same step. */
export const ALL_CASES: readonly (readonly [string, readonly RuleCase[]])[] = [
  ['DiscordShardHeartbeatSlow', heartbeatSlowCases],
  ['DiscordShardEventGap', eventGapCases],
  ['DiscordShardDown, single shards', shardDownCases],
  ['DiscordShardDown, the whole bot', fleetDownCases],
  ['JetStreamConsumerPendingHigh', pendingHighCases],
  ['JetStreamRedeliveryRateHigh', redeliveryRateCases],
  ['JetStreamConsumerStalled', stalledCases],
  ['DeadLettersArriving', deadLetterCases],
  ['ContainerMemoryHigh', memoryHighCases],
  ['ContainerMemoryLeakSuspected', leakCases],
  ['MonitoringTargetDown', targetDownCases],
  ['nobody', nobodyIsPagedCases],
];
