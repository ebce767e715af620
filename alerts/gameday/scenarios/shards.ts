import type { Severity } from '../../thresholds.ts';
import type { ExpectedAlert, PagingScenario } from '../scenario.ts';
import { SHARDS_PER_GATEWAY } from '../fleet-shape.ts';
import { limitOf } from '../limits.ts';

const DEAF_SHARD = 3;
const LOST_SHARD = 4;
const KILLED_GATEWAY = 1;

export const SHARDS: readonly PagingScenario[] = [
  {
    kind: 'pages',
    name: 'shard-deaf',
    title: `shard ${DEAF_SHARD} acknowledges heartbeats and delivers nothing, on whatever connection`,
    // The gateway gives a deaf connection up after 30 s; the next ones do not get ready.
    expects: [down(DEAF_SHARD)],
    along: ['DiscordShardEventGap'],
    inject: async ({ simulator }) => {
      simulator.faults.deaf(DEAF_SHARD);
      return async () => simulator.faults.clear();
    },
  },
  {
    kind: 'pages',
    name: 'shard-unheard',
    title: `quiet shard ${DEAF_SHARD} answers no probe, though it resumes`,
    // A third deaf connection may make the gateway identify anew, which is heard for a while: a ticket first.
    expects: [gap('warning')],
    along: [],
    inject: async (fleet) => {
      fleet.traffic({ quietShards: [DEAF_SHARD] });
      fleet.simulator.faults.unansweredRequest(DEAF_SHARD);
      return async () => {
        await fleet.simulator.faults.clear();
        fleet.traffic({});
      };
    },
  },
  {
    kind: 'pages',
    name: 'shard-dropped',
    title: `shard ${LOST_SHARD} is dropped, and Discord answers neither RESUME nor IDENTIFY`,
    expects: [down(LOST_SHARD)],
    along: ['DiscordShardEventGap', 'DiscordShardHeartbeatSlow'],
    inject: async ({ simulator }) => {
      simulator.faults.unansweredResume(LOST_SHARD);
      simulator.faults.unansweredIdentify(LOST_SHARD);
      simulator.faults.dropSocket(LOST_SHARD, 'rst');
      return async () => simulator.faults.clear();
    },
  },
  {
    kind: 'pages',
    name: 'gateway-killed',
    title: 'one of two gateways is killed and stays down',
    expects: [down(KILLED_GATEWAY * SHARDS_PER_GATEWAY)],
    along: ['MonitoringTargetDown'],
    inject: async (fleet) => {
      const gateway = fleet.gateway(KILLED_GATEWAY);
      await gateway.kill();
      return async () => gateway.startAgain();
    },
  },
];

function gap(severity: Severity): ExpectedAlert {
  const alertname = 'DiscordShardEventGap';
  return {
    alertname,
    severity,
    labels: { shard: String(DEAF_SHARD) },
    isTrue: async (fleet) =>
      (await fleet.ofShard(DEAF_SHARD, 'discord_shard_event_gap_seconds')) > limitOf(alertname, severity),
  };
}

function down(shard: number): ExpectedAlert {
  return {
    alertname: 'DiscordShardDown',
    severity: 'critical',
    labels: { shard: String(shard) },
    // A gateway that does not answer has no shard up.
    isTrue: async (fleet) => (await fleet.ofShard(shard, 'discord_shard_up').catch(() => 0)) === 0,
  };
}
