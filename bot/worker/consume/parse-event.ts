import type { Msg, MsgHdrs } from 'nats';

import { EVENT_HEADERS } from '../../events.ts';
import type { WorkerEvent } from '../handler.ts';
import { Permanent } from '../outcome-errors.ts';
import type { DeliveryInfo } from '../../../runtime/nats/ack-subject.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

export type EventHead = Omit<WorkerEvent, 'data'> & {
  /** Where a large body lies, in the payload bucket. */
  readonly payloadRef: string | undefined;
  readonly traceparent: string | undefined;
};

/** What the headers tell; a message that no gateway wrote gets what its delivery tells. */
export function parseHead(message: Msg, info: DeliveryInfo): EventHead {
  const { headers } = message;
  const [shardId, shardCount] = (read(headers, EVENT_HEADERS.shard) ?? '').split('/');
  return {
    type: read(headers, EVENT_HEADERS.event) ?? lastWord(message.subject),
    shardId: integer(shardId),
    shardCount: integer(shardCount),
    sequence: integer(read(headers, EVENT_HEADERS.sequence)),
    receivedAtMs: integer(read(headers, EVENT_HEADERS.receivedAt)) ?? info.storedAtMs,
    messageId: read(headers, EVENT_HEADERS.messageId) ?? `${info.stream}:${info.streamSequence}`,
    streamSequence: info.streamSequence,
    deliveries: info.deliveries,
    payloadRef: read(headers, EVENT_HEADERS.payloadRef),
    traceparent: read(headers, EVENT_HEADERS.traceparent),
  };
}

/** @throws {Permanent} without quoting the body, which the parser's own message would do */
export function parseBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body)) as unknown;
  } catch {
    throw new Permanent(`the body (${body.length} bytes) is not JSON`);
  }
}

function read(headers: MsgHdrs | undefined, name: string): string | undefined {
  return headers?.get(name) || undefined;
}

function integer(text: string | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

function lastWord(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1).toUpperCase();
}
