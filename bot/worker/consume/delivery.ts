import { nanos, type Msg } from 'nats';

/** One delivery of a message, as its reply subject tells it. */
export interface DeliveryInfo {
  readonly stream: string;
  readonly consumer: string;
  /** 1 for the first delivery. */
  readonly deliveries: number;
  readonly streamSequence: number;
  /** When JetStream stored the message, in milliseconds since 1970. */
  readonly storedAtMs: number;
}

const encoder = new TextEncoder();
const ACK = encoder.encode('+ACK');
const TERM = encoder.encode('+TERM');
const WORKING = encoder.encode('+WPI');
const NANOS_PER_MS = 1_000_000;

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<ns>.<pending>`; newer
 * servers put a domain and an account hash before the stream. Undefined for any other subject.
 * Source: https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-15.md
 */
export function parseAckSubject(subject: string | undefined): DeliveryInfo | undefined {
  const tokens = (subject ?? '').split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const at = tokens.length >= 11 ? 4 : 2;
  const [stream, consumer, deliveries, streamSequence, , nanoseconds] = tokens.slice(at);
  if (!stream || !consumer) return undefined;
  return {
    stream,
    consumer,
    deliveries: Number(deliveries),
    streamSequence: Number(streamSequence),
    storedAtMs: Math.floor(Number(nanoseconds) / NANOS_PER_MS),
  };
}

/*
 * The answers are plain publishes on the connection that the message came by: whoever flushes that
 * connection afterwards knows that the server has them. An acknowledged acknowledgement would cost a
 * round trip for each message and tell no more.
 */

export function acknowledge(message: Msg): void {
  message.respond(ACK);
}

/** Asks for the message again after the delay; without a delay it would come back at once. */
export function negativeAcknowledge(message: Msg, delayMs: number): void {
  message.respond(encoder.encode(`-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`));
}

/** Never again. Bare, because servers before 2.10.4 ignore a termination that gives a reason. */
export function terminate(message: Msg): void {
  message.respond(TERM);
}

/** Starts the ack wait anew. */
export function sayWorking(message: Msg): void {
  message.respond(WORKING);
}
