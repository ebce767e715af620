import { headers as newHeaders } from 'nats';

import { EVENT_HEADERS, messageIdOf, subjectOf } from '../../events.ts';
import type { Publication } from './publication.ts';

export interface DispatchToPublish {
  readonly type: string;
  readonly data: unknown;
  readonly sequence: number;
  readonly sessionId: string;
  /** `<shard id>/<shard count>` */
  readonly shard: string;
  readonly receivedAtMs: number;
  readonly epoch: number | undefined;
  readonly traceparent: string | undefined;
  readonly mayPublish?: (() => boolean) | undefined;
  readonly onDropped?: (() => void) | undefined;
  readonly onStored: (sentBehind: number) => void;
}

const encoder = new TextEncoder();
/** Subjects must not take wildcards, dots or spaces from outside, nor metrics a bare id. */
const SUBJECT_SAFE_TYPE = /^[A-Z][A-Z0-9_]{0,63}$/;
const UNKNOWN_TYPE = 'UNKNOWN';

/** The type as subjects, headers and metrics have it. */
export function publishedType(type: string): string {
  return SUBJECT_SAFE_TYPE.test(type) ? type : UNKNOWN_TYPE;
}

/** The message that carries one dispatch: body and headers are the contract with the workers. */
export function toPublication(dispatch: DispatchToPublish): Publication {
  const type = publishedType(dispatch.type);
  const messageId = messageIdOf(dispatch.sessionId, dispatch.sequence);
  const headers = newHeaders();
  headers.set(EVENT_HEADERS.messageId, messageId);
  headers.set(EVENT_HEADERS.event, type);
  headers.set(EVENT_HEADERS.shard, dispatch.shard);
  headers.set(EVENT_HEADERS.sequence, String(dispatch.sequence));
  headers.set(EVENT_HEADERS.receivedAt, String(dispatch.receivedAtMs));
  if (dispatch.epoch !== undefined) headers.set(EVENT_HEADERS.epoch, String(dispatch.epoch));
  if (dispatch.traceparent) headers.set(EVENT_HEADERS.traceparent, dispatch.traceparent);
  return {
    subject: subjectOf(type),
    messageId,
    headers,
    body: encoder.encode(JSON.stringify(dispatch.data ?? null)),
    mayPublish: dispatch.mayPublish,
    onDropped: dispatch.onDropped,
    onStored: dispatch.onStored,
  };
}
