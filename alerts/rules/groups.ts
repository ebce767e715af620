import type { Settings } from '../settings.ts';
import type { Duration } from '../thresholds.ts';
import { containerMemoryHigh } from './container-memory-high.ts';
import { containerMemoryLeakSuspected, memoryTrendRules } from './container-memory-leak-suspected.ts';
import { deadLettersArriving } from './dead-letters-arriving.ts';
import { discordShardDown } from './discord-shard-down.ts';
import { discordShardEventGap } from './discord-shard-event-gap.ts';
import { discordShardHeartbeatSlow } from './discord-shard-heartbeat-slow.ts';
import { jetStreamConsumerPendingHigh } from './jetstream-consumer-pending-high.ts';
import { jetStreamConsumerStalled } from './jetstream-consumer-stalled.ts';
import { jetStreamRedeliveryRateHigh, redeliveryRatios } from './jetstream-redelivery-rate-high.ts';
import { monitoringTargetDown } from './monitoring-target-down.ts';
import type { Rule, RuleGroup } from './rule.ts';
import { shardStateRules } from './shard-state.ts';
import { watchdog } from './watchdog.ts';

/** Days are compared: more often tells nothing new. */
const TREND_INTERVAL: Duration = '5m';

/** Every rule. Each group stands by itself: none reads what another one records. */
export function ruleGroups(settings: Settings): RuleGroup[] {
  const { evaluationInterval: interval } = settings.prometheus;
  const disabled: readonly string[] = settings.disable;
  const group = (name: string, rules: readonly Rule[], every = interval): RuleGroup => ({
    name: `shardwatch-${name}`,
    interval: every,
    rules: rules.filter((rule) => !('alert' in rule) || !disabled.includes(rule.alert)),
  });
  return [
    group('monitoring', [watchdog(settings), ...monitoringTargetDown(settings)]),
    group('shards', [
      ...shardStateRules(settings),
      ...discordShardDown(settings),
      ...discordShardHeartbeatSlow(settings),
      ...discordShardEventGap(settings),
    ]),
    group('jetstream', [
      ...jetStreamConsumerPendingHigh(settings),
      ...jetStreamConsumerStalled(settings),
      ...redeliveryRatios(settings),
      ...jetStreamRedeliveryRateHigh(settings),
      ...deadLettersArriving(settings),
    ]),
    group('memory', containerMemoryHigh(settings)),
    group(
      'memory-trend',
      [...memoryTrendRules(settings), ...containerMemoryLeakSuspected(settings)],
      TREND_INTERVAL,
    ),
  ];
}
