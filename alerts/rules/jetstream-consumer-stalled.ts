import type { Settings } from '../settings.ts';
import { alertRule, IN_NAMESPACE } from './alert.ts';
import { CONSUMER_DASHBOARD, CONSUMER_TEXT } from './consumer.ts';
import { by, jetStreamMetric } from './query.ts';
import type { AlertingRule } from './rule.ts';

export function jetStreamConsumerStalled(settings: Settings): AlertingRule[] {
  const alert = 'JetStreamConsumerStalled';
  const { window, critical } = settings.thresholds[alert];
  const ofConsumer = by(settings, 'stream_name', 'consumer_name');
  const over = (name: string) => `(${jetStreamMetric(settings, `jetstream_consumer_${name}`)}[${window}])`;
  const unchanged = (name: string) => `and (max by ${ofConsumer} (changes${over(name)}) == 0)`;
  // Only first deliveries move delivered_stream_seq: repeating what nobody answers is no progress. The floor
  // may stick on servers before 2.10, so falling numbers of unanswered messages count as progress too.
  return [
    alertRule(settings, {
      alert,
      severity: 'critical',
      expr: `min by ${ofConsumer} (min_over_time${over('num_pending')}) > 0
${unchanged('delivered_stream_seq')}
${unchanged('ack_floor_stream_seq')}
${unchanged('num_ack_pending')}`,
      summary: 'Messages wait and no worker takes or acknowledges any.',
      description: `${CONSUMER_TEXT}${IN_NAMESPACE} has {{ $value }} waiting messages, and for more than
        ${critical.for} none was taken or acknowledged. First see whether its workers run and are ready, then
        what they do: worker_in_flight at its ceiling means that handlers hang, at zero that nothing is
        pulled; a restart of the workers repeats what is unacknowledged and loses nothing.`,
      dashboard: { ...CONSUMER_DASHBOARD, panel: 102 },
    }),
  ];
}
