/** What a server says when a message was delivered as often as its consumer allows. */
export interface MaxDeliveriesAdvisory {
  readonly stream: string;
  readonly consumer: string;
  readonly streamSequence: number;
  readonly deliveries: number;
}

/**
 * Undefined when it is something else.
 * Source: https://github.com/nats-io/jsm.go/blob/main/schema_source/jetstream/advisory/v1/max_deliver.json
 */
export function parseMaxDeliveries(body: string): MaxDeliveriesAdvisory | undefined {
  let advisory: unknown;
  try {
    advisory = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof advisory !== 'object' || advisory === null) return undefined;
  const { stream, consumer, stream_seq, deliveries } = advisory as Record<string, unknown>;
  if (typeof stream !== 'string' || typeof consumer !== 'string') return undefined;
  if (typeof stream_seq !== 'number' || typeof deliveries !== 'number') return undefined;
  return { stream, consumer, streamSequence: stream_seq, deliveries };
}
