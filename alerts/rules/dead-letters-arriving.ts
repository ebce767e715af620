import type { Settings } from '../settings.ts';
import { alertRule, IN_NAMESPACE } from './alert.ts';
import { by, jetStreamMetric, metric } from './query.ts';
import type { AlertingRule } from './rule.ts';

/** The stream that dead letters are kept in. */
const DEAD_STREAM = 'DISCORD_DEAD';

export function deadLettersArriving(settings: Settings): AlertingRule[] {
  const alert = 'DeadLettersArriving';
  const { window, warning } = settings.thresholds[alert];
  const ofConsumer = by(settings, 'consumer_name');
  const written = metric(settings, 'worker_dead_letters_total', 'worker');
  const abandoned = jetStreamMetric(settings, 'jetstream_consumer_max_deliveries_total');
  const stored = jetStreamMetric(settings, 'jetstream_stream_last_seq', `stream_name="${DEAD_STREAM}"`);
  // Workers name the consumer; the server does when no worker lives to write the letter; the stream has it
  // when the worker died before its counter was read. The stream's number never falls but to zero, when the
  // stream is made anew.
  return [
    alertRule(settings, {
      alert,
      severity: 'warning',
      expr: `(sum by ${ofConsumer} (increase(${written}[${window}])) > ${warning.value})
or
(sum by ${ofConsumer} (increase(${abandoned}[${window}])) > ${warning.value})
or on ${by(settings)}
(max by ${by(settings, 'stream_name')} (${stored} - min_over_time(${stored}[${window}])) > ${warning.value})`,
      summary: 'Events could not be handled and became dead letters.',
      description: `{{ printf "%.0f" $value }} new in ${window},
        {{ with $labels.consumer_name }}of consumer {{ . }}{{ else }}in stream {{ $labels.stream_name }}{{ end }}${IN_NAMESPACE}.
        First look at what they have in common: npm run dlq -- list; replay them once the cause is mended.`,
      dashboard: { uid: 'delivery', panel: 206, variables: { consumer: 'consumer_name' } },
    }),
  ];
}
