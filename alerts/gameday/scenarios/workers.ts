import type { Fleet } from '../fleet.ts';
import { limitOf } from '../limits.ts';
import type { Severity } from '../../thresholds.ts';
import type { PagingScenario } from '../scenario.ts';

const CONSUMER = 'moderation-worker';
const LABELS = { consumer_name: CONSUMER } as const;
/** Deleting a message is what moderation does first, and cannot do without. */
const DELETE_ROUTE = 'DELETE /channels/:id/messages/:id';

export const WORKERS: readonly PagingScenario[] = [
  slow('worker-slow', 'warning'),
  slow('worker-much-too-slow', 'critical'),
  {
    kind: 'pages',
    name: 'worker-hung',
    title: 'the moderation worker hangs: nobody takes or acknowledges anything',
    expects: [
      {
        alertname: 'JetStreamConsumerStalled',
        severity: 'critical',
        labels: LABELS,
        isTrue: async (fleet) => (await waiting(fleet)) > 0,
      },
    ],
    along: ['MonitoringTargetDown', 'JetStreamConsumerPendingHigh', 'JetStreamRedeliveryRateHigh'],
    inject: async (fleet) => {
      const worker = fleet.worker(CONSUMER);
      worker.pause();
      return async () => worker.resume();
    },
  },
  poison('poison-few', 'warning', 0.05),
  poison('poison-many', 'critical', 0.4),
];

/** So that it stays above the warning's limit for as long as the alert waits, and below the critical one. */
const WARNING_BURST = 5;
const CRITICAL_BURST = 1.5;

/** Every message of a burst needs Discord's REST API, which allows 50 requests a second. */
function slow(name: string, severity: Severity): PagingScenario {
  const alertname = 'JetStreamConsumerPendingHigh';
  const limit = limitOf(alertname, severity);
  return {
    kind: 'pages',
    name,
    title: `moderation falls behind by more than ${limit} messages but goes on`,
    expects: [
      {
        alertname,
        severity,
        labels: LABELS,
        isTrue: async (fleet) => (await waiting(fleet)) > limit,
      },
    ],
    // On its way to critical it is a warning.
    along: [alertname],
    inject: async (fleet) => {
      fleet.traffic({ blockedRatio: 1 });
      fleet.simulator.traffic.burst(
        limit * (severity === 'warning' ? WARNING_BURST : CRITICAL_BURST),
        'message',
      );
      return async () => fleet.traffic({});
    },
  };
}

/** Messages that failed on their way are delivered again, at most twice, and then are dead letters. */
function poison(name: string, severity: Severity, share: number): PagingScenario {
  const alertname = 'JetStreamRedeliveryRateHigh';
  return {
    kind: 'pages',
    name,
    title: `${share * 100}% of the messages cannot be handled`,
    expects: [
      {
        alertname,
        severity,
        labels: LABELS,
        isTrue: async (fleet) => fleet.redeliveryShare > limitOf(alertname, severity),
      },
      {
        alertname: 'DeadLettersArriving',
        severity: 'warning',
        labels: {},
        isTrue: async (fleet) => (await fleet.deadLettersSinceInjection()) > 0,
      },
    ],
    along: [alertname],
    inject: async (fleet) => {
      fleet.simulator.faults.rest({ status: 500, route: DELETE_ROUTE });
      fleet.traffic({ blockedRatio: share });
      return async () => {
        fleet.traffic({});
        await fleet.simulator.faults.clear();
      };
    },
  };
}

async function waiting(fleet: Fleet): Promise<number> {
  const { num_pending, num_ack_pending } = await fleet.consumerInfo(CONSUMER);
  return num_pending + num_ack_pending;
}
