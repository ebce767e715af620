import { headers as newHeaders, type MsgHdrs } from 'nats';

import { DEAD_SUBJECT_PREFIX } from '../../streams.ts';
import type { DeadReason } from '../verdict.ts';

/** What a dead letter tells beside the message's own headers. */
export const DEAD_HEADERS = {
  reason: 'Dead-Reason',
  consumer: 'Dead-Consumer',
  stream: 'Dead-Stream',
  streamSequence: 'Dead-Stream-Seq',
  deliveries: 'Dead-Deliveries',
  /** The subject that the message was stored under: a replay goes there. */
  subject: 'Dead-Subject',
  /** The last error's text; never user content. */
  error: 'Dead-Error',
  /** Milliseconds since 1970. */
  diedAt: 'Dead-At',
  /** The message's own `Nats-Msg-Id`, whose place the dead letter's id takes. */
  originalId: 'Dead-Original-Id',
  /** present, or gone when the stream no longer held the message. */
  payload: 'Dead-Payload',
} as const;

export interface DeadMessage {
  readonly consumer: string;
  readonly stream: string;
  readonly streamSequence: number;
  readonly deliveries: number;
  readonly reason: DeadReason;
  readonly error: string;
  readonly diedAtMs: number;
  /** Undefined when the stream no longer holds it. */
  readonly original: OriginalMessage | undefined;
}

export interface OriginalMessage {
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  readonly body: Uint8Array;
}

export interface DeadLetter {
  readonly subject: string;
  readonly messageId: string;
  readonly headers: MsgHdrs;
  readonly body: Uint8Array;
}

const MESSAGE_ID_HEADER = 'Nats-Msg-Id';
/** JetStream acts on these when it stores a message. */
const SERVER_HEADERS = /^nats-/i;
const ERROR_LENGTH = 300;
const EMPTY = new Uint8Array();

/** Both ways to a dead letter use this id, so that JetStream stores one. */
export function deadLetterId(stream: string, consumer: string, streamSequence: number): string {
  return `${stream}:${consumer}:${streamSequence}`;
}

export function toDeadLetter(dead: DeadMessage): DeadLetter {
  const { original } = dead;
  const headers = newHeaders();
  for (const [name, values] of original?.headers ?? []) {
    if (!SERVER_HEADERS.test(name)) for (const value of values) headers.append(name, value);
  }
  headers.set(DEAD_HEADERS.reason, dead.reason);
  headers.set(DEAD_HEADERS.consumer, dead.consumer);
  headers.set(DEAD_HEADERS.stream, dead.stream);
  headers.set(DEAD_HEADERS.streamSequence, String(dead.streamSequence));
  headers.set(DEAD_HEADERS.deliveries, String(dead.deliveries));
  headers.set(DEAD_HEADERS.error, oneLine(dead.error));
  headers.set(DEAD_HEADERS.diedAt, String(dead.diedAtMs));
  headers.set(DEAD_HEADERS.payload, original ? 'present' : 'gone');
  if (original) headers.set(DEAD_HEADERS.subject, original.subject);
  const originalId = original?.headers?.get(MESSAGE_ID_HEADER);
  if (originalId) headers.set(DEAD_HEADERS.originalId, originalId);
  return {
    subject: DEAD_SUBJECT_PREFIX + dead.consumer,
    messageId: deadLetterId(dead.stream, dead.consumer, dead.streamSequence),
    headers,
    body: original?.body ?? EMPTY,
  };
}

/** Header values end at a line's end. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, ERROR_LENGTH);
}
