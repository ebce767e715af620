import { nanos, type Msg } from 'nats';

const encoder = new TextEncoder();
const ACK = encoder.encode('+ACK');
const TERM = encoder.encode('+TERM');
const WORKING = encoder.encode('+WPI');

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
