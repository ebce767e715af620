/** The stream of Discord's dispatches, as the gateway writes it and the workers read it. */

export const EVENTS_STREAM = 'DISCORD_EVENTS';
export const EVENTS_SUBJECT_PREFIX = 'discord.events.';

/** Headers of every message in DISCORD_EVENTS. */
export const EVENT_HEADERS = {
  /** `<session id>:<sequence>`: what JetStream drops repeats by. */
  messageId: 'Nats-Msg-Id',
  /** The dispatch's type as Discord spells it: MESSAGE_CREATE. */
  event: 'Discord-Event',
  /** `<shard id>/<shard count>` */
  shard: 'Discord-Shard',
  sequence: 'Discord-Seq',
  /** When the gateway had it in hand, in milliseconds since 1970. */
  receivedAt: 'Discord-Received-At',
  /** Rises with each owner of a leased shard. */
  epoch: 'Discord-Epoch',
  /** Set when the body lies in the payload store under this name, because it is too large for a message. */
  payloadRef: 'Discord-Payload-Ref',
  traceparent: 'traceparent',
} as const;

/** Object store for bodies above the server's `max_payload`. */
export const PAYLOAD_BUCKET = 'discord_payloads';

/** MESSAGE_CREATE -> discord.events.message_create */
export function subjectOf(eventType: string): string {
  return EVENTS_SUBJECT_PREFIX + eventType.toLowerCase();
}

/** The id by which a dispatch is stored once, however often it is sent. */
export function messageIdOf(sessionId: string, sequence: number): string {
  return `${sessionId}:${sequence}`;
}

/** The parts of an id that `messageIdOf` made. */
export function parseMessageId(messageId: string): { readonly sessionId: string; readonly sequence: number } {
  const separator = messageId.lastIndexOf(':');
  return { sessionId: messageId.slice(0, separator), sequence: Number(messageId.slice(separator + 1)) };
}
