import type { PagingScenario } from '../scenario.ts';

export const OUTAGES: readonly PagingScenario[] = [
  {
    kind: 'pages',
    name: 'exporter-down',
    title: 'the JetStream exporter is killed and stays down',
    expects: [
      {
        alertname: 'MonitoringTargetDown',
        severity: 'critical',
        labels: { job: 'exporter' },
        isTrue: async (fleet) => !fleet.exporter.alive,
      },
    ],
    along: [],
    inject: async ({ exporter }) => {
      await exporter.kill();
      return async () => exporter.startAgain();
    },
  },
  {
    kind: 'pages',
    name: 'nats-down',
    title: 'nats-server is stopped and stays down',
    expects: [
      {
        alertname: 'MonitoringTargetDown',
        severity: 'critical',
        labels: {},
        isTrue: async (fleet) => !fleet.natsRuns,
      },
    ],
    // Without NATS the gateways close their shards, resumably, and workers have nothing to take.
    along: ['DiscordShardDown', 'JetStreamConsumerStalled'],
    inject: async (fleet) => {
      await fleet.stopNats();
      return async () => fleet.startNats();
    },
  },
];
