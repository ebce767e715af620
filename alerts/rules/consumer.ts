/** How descriptions name the consumer that an alert is about. */
export const CONSUMER_TEXT = 'Consumer {{ $labels.consumer_name }} of stream {{ $labels.stream_name }}';

/** Where an alert about a consumer is looked at. */
export const CONSUMER_DASHBOARD = {
  uid: 'jetstream',
  variables: { stream: 'stream_name', consumer: 'consumer_name' },
} as const;
