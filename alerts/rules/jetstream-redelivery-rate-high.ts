import type { Settings } from '../settings.ts';
import { showValue } from '../thresholds.ts';
import { alertRule, bothSeverities, IN_NAMESPACE } from './alert.ts';
import { by, jetStreamMetric, metric } from './query.ts';
import type { AlertingRule, RecordingRule } from './rule.ts';

/** Share of repeated deliveries, where there are enough of them; `source` tells who counted. */
const REDELIVERY_RATIO = 'shardwatch:redelivered:ratio';

/**
 * Workers count best, but a crash takes their last counts along; the server's own count is late for
 * filtered consumers but sees crash loops. The worse of both is believed.
 */
export function redeliveryRatios(settings: Settings): RecordingRule[] {
  const worker = (...matchers: string[]) =>
    metric(settings, 'worker_deliveries_total', 'worker', ...matchers);
  const server = (name: string) => jetStreamMetric(settings, name);
  return [
    ratio(settings, 'worker', worker('redelivered="true"'), worker()),
    ratio(
      settings,
      'server',
      server('jetstream_consumer_redeliveries_total'),
      server('jetstream_consumer_deliveries_total'),
    ),
  ];
}

export function jetStreamRedeliveryRateHigh(settings: Settings): AlertingRule[] {
  const alert = 'JetStreamRedeliveryRateHigh';
  const { window, unit, warning, critical } = settings.thresholds[alert];
  return bothSeverities({ warning, critical }, ({ value }, severity) =>
    alertRule(settings, {
      alert,
      severity,
      expr: `max by ${by(settings, 'consumer_name')} (${REDELIVERY_RATIO}) > ${value}`,
      summary: 'A consumer gets many messages more than once.',
      description: `{{ $value | humanizePercentage }} of the deliveries to consumer
        {{ $labels.consumer_name }}${IN_NAMESPACE} in ${window} were repetitions; the limit is
        ${showValue(value, unit)}. First see whether handlers fail (worker_events_total by outcome), take
        longer than the ack wait (worker_handler_seconds), or workers crash (process_start_time_seconds).`,
      dashboard: { uid: 'delivery', panel: 205, variables: { consumer: 'consumer_name' } },
    }),
  );
}

function ratio(settings: Settings, source: string, repeated: string, all: string): RecordingRule {
  const { window, recent, minDeliveries } = settings.thresholds.JetStreamRedeliveryRateHigh;
  const sum = (counter: string, range: string) =>
    `sum by ${by(settings, 'consumer_name')} (increase(${counter}[${range}]))`;
  return {
    record: REDELIVERY_RATIO,
    expr: `${sum(repeated, window)}
/
(${sum(all, window)} >= ${minDeliveries})
and
${sum(repeated, recent)} > 0`,
    labels: { source },
  };
}
