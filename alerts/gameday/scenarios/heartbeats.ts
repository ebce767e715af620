import type { PagingScenario } from '../scenario.ts';
import { limitOf } from '../limits.ts';

const ALERT = 'DiscordShardHeartbeatSlow';

export const HEARTBEATS: readonly PagingScenario[] = [
  slow('heartbeat-slow-warning', 'warning', 1, 1_500),
  slow('heartbeat-slow-critical', 'critical', 2, 6_000),
];

function slow(
  name: string,
  severity: 'warning' | 'critical',
  shard: number,
  delayMs: number,
): PagingScenario {
  return {
    kind: 'pages',
    name,
    title: `heartbeats of shard ${shard} are acknowledged ${delayMs / 1_000} s late`,
    expects: [
      {
        alertname: ALERT,
        severity,
        labels: { shard: String(shard) },
        isTrue: async (fleet) =>
          (await fleet.ofShard(shard, 'discord_shard_heartbeat_latency_seconds')) > limitOf(ALERT, severity),
      },
    ],
    along: [ALERT],
    inject: async ({ simulator }) => {
      simulator.faults.slowAck(shard, delayMs);
      return async () => simulator.faults.clear();
    },
  };
}
