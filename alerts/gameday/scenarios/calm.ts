import { setTimeout as sleep } from 'node:timers/promises';

import type { CalmScenario } from '../scenario.ts';

const SHORT_OUTAGE_MS = 10_000;
const STORMS = 3;
const STORM_PAUSE_MS = 5_000;
/** More than a worker takes at once, less than the warning's limit for more than a moment. */
const BURST = 3_000;

export const CALM: readonly CalmScenario[] = [
  {
    kind: 'calm',
    name: 'rolling-deploy',
    title: 'every gateway and worker is stopped and started, one after the other',
    disturb: async (fleet) => {
      for (const service of [...fleet.gateways, ...fleet.workers]) {
        await service.stop();
        await service.startAgain();
        await fleet.allShardsUp();
      }
    },
  },
  {
    kind: 'calm',
    name: 'one-restart',
    title: 'a gateway and a worker crash and are started again',
    disturb: async (fleet) => {
      const crashed = [fleet.gateway(0), fleet.worker('moderation-worker')];
      await Promise.all(crashed.map(async (service) => service.kill()));
      await Promise.all(crashed.map(async (service) => service.startAgain()));
      await fleet.allShardsUp();
    },
  },
  {
    kind: 'calm',
    name: 'op7-storm',
    title: 'Discord tells all shards to reconnect, again and again',
    disturb: async (fleet) => {
      for (let storm = 0; storm < STORMS; storm += 1) {
        fleet.simulator.faults.reconnect('all');
        await sleep(STORM_PAUSE_MS);
      }
      await fleet.allShardsUp();
    },
  },
  {
    kind: 'calm',
    name: 'burst',
    title: `${BURST} messages at once, which the workers absorb`,
    disturb: async (fleet) => fleet.simulator.traffic.burst(BURST, 'message'),
  },
  {
    kind: 'calm',
    name: 'nats-restart',
    title: 'nats-server is away for 10 s',
    disturb: async (fleet) => {
      await fleet.stopNats();
      await sleep(SHORT_OUTAGE_MS);
      await fleet.startNats();
      await fleet.allShardsUp();
    },
  },
  {
    kind: 'calm',
    name: 'quiet-night',
    title: 'nothing happens in any guild',
    disturb: async (fleet) => {
      fleet.traffic({ eventsPerSecond: 0 });
      await sleep(fleet.timing.quietNightMs);
      fleet.traffic({});
    },
  },
];
