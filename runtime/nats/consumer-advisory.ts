/** The stream that captures advisories: who is away when one is sent reads it there. */
export const ADVISORIES_STREAM = 'ADVISORIES';

/** An event of one consumer that JetStream tells of by an advisory. */
export interface ConsumerAdvisory {
  readonly kind: 'nak' | 'terminated' | 'max_deliver';
  readonly stream: string;
  readonly consumer: string;
  readonly streamSequence: number;
  /** 0 where the advisory has none. */
  readonly consumerSequence: number;
  readonly deliveries: number;
  /** Why a message was terminated, where somebody gave a reason; servers from 2.10.4 on. */
  readonly reason: string | undefined;
  /** When it happened, in milliseconds since 1970 on the server's clock. */
  readonly atMs: number;
}

const TYPE_PREFIX = 'io.nats.jetstream.advisory.v1.';

/**
 * Undefined for anything that is no such advisory.
 * Source: https://github.com/nats-io/jsm.go/tree/main/schema_source/jetstream/advisory/v1
 */
export function parseConsumerAdvisory(body: string): ConsumerAdvisory | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { type, timestamp, stream, consumer, stream_seq, consumer_seq, deliveries, reason } =
    parsed as Record<string, unknown>;
  if (typeof type !== 'string' || !type.startsWith(TYPE_PREFIX)) return undefined;
  const kind = type.slice(TYPE_PREFIX.length);
  if (kind !== 'nak' && kind !== 'terminated' && kind !== 'max_deliver') return undefined;
  if (typeof stream !== 'string' || typeof consumer !== 'string') return undefined;
  if (typeof stream_seq !== 'number' || typeof deliveries !== 'number') return undefined;
  return {
    kind,
    stream,
    consumer,
    streamSequence: stream_seq,
    consumerSequence: typeof consumer_seq === 'number' ? consumer_seq : 0,
    deliveries,
    reason: typeof reason === 'string' ? reason : undefined,
    atMs: typeof timestamp === 'string' ? Date.parse(timestamp) : 0,
  };
}
