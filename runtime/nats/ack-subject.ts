const NANOS_PER_MS = 1_000_000;

/** One delivery of a message, as its reply subject tells it. */
export interface DeliveryInfo {
  readonly stream: string;
  readonly consumer: string;
  /** 1 for the first delivery. */
  readonly deliveries: number;
  readonly streamSequence: number;
  /** Counts the deliveries of the consumer, first ones and repeated ones. */
  readonly consumerSequence: number;
  /** When JetStream stored the message, in milliseconds since 1970. */
  readonly storedAtMs: number;
  /** Messages that the consumer had not delivered yet. */
  readonly pending: number;
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<ns>.<pending>`; newer
 * servers put a domain and an account hash before the stream. Undefined for any other subject.
 * Source: https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-15.md
 */
export function parseAckSubject(subject: string | undefined): DeliveryInfo | undefined {
  const tokens = (subject ?? '').split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const at = tokens.length >= 11 ? 4 : 2;
  const [stream, consumer, deliveries, streamSequence, consumerSequence, nanoseconds, pending] =
    tokens.slice(at);
  if (!stream || !consumer) return undefined;
  return {
    stream,
    consumer,
    deliveries: Number(deliveries),
    streamSequence: Number(streamSequence),
    consumerSequence: Number(consumerSequence),
    storedAtMs: Math.floor(Number(nanoseconds) / NANOS_PER_MS),
    pending: Number(pending),
  };
}
