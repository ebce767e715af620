import type { Settings } from '../settings.ts';
import { showValue } from '../thresholds.ts';
import { alertRule, bothSeverities, IN_NAMESPACE } from './alert.ts';
import { CONSUMER_DASHBOARD, CONSUMER_TEXT } from './consumer.ts';
import { by, jetStreamMetric } from './query.ts';
import type { AlertingRule } from './rule.ts';

export function jetStreamConsumerPendingHigh(settings: Settings): AlertingRule[] {
  const alert = 'JetStreamConsumerPendingHigh';
  const { unit, warning, critical } = settings.thresholds[alert];
  const ofConsumer = by(settings, 'stream_name', 'consumer_name');
  // A worker that takes everything and finishes nothing has no pending messages, only unacknowledged ones.
  return bothSeverities({ warning, critical }, ({ value, for: wait }, severity) =>
    alertRule(settings, {
      alert,
      severity,
      expr: `max by ${ofConsumer} (${jetStreamMetric(settings, 'jetstream_consumer_num_pending')})
+ max by ${ofConsumer} (${jetStreamMetric(settings, 'jetstream_consumer_num_ack_pending')})
> ${value}`,
      summary: 'Workers do not keep up with a consumer.',
      description: `${CONSUMER_TEXT}${IN_NAMESPACE} has {{ $value }} messages that wait or are being worked
        on, more than ${showValue(value, unit)} for ${wait}. First see whether its workers run and how long
        handlers take (worker_handler_seconds): more workers help against many events, not against a slow or
        refusing service behind the handler.`,
      dashboard: { ...CONSUMER_DASHBOARD, panel: 101 },
    }),
  );
}
