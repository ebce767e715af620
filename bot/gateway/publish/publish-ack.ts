import type { Msg } from 'nats';

/** What JetStream answered to one publish. */
export type PublishAck =
  | { readonly kind: 'stored'; readonly streamSequence: number; readonly duplicate: boolean }
  /** Worth another try: no responders yet, a leader election, a full disk that may be cleared. */
  | { readonly kind: 'failed'; readonly reason: string };

interface AckBody {
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly code: number; readonly err_code?: number; readonly description?: string };
}

/**
 * Reads the acknowledgement of a JetStream publish (ADR-1 of the NATS architecture: a JSON body with
 * `seq`, `duplicate` or `error`; status 503 in the headers when no stream listens).
 */
export function readPublishAck(message: Msg): PublishAck {
  if (message.headers?.code === 503) return { kind: 'failed', reason: 'no stream takes this subject (503)' };
  let body: AckBody;
  try {
    body = JSON.parse(message.string()) as AckBody;
  } catch {
    return { kind: 'failed', reason: 'an answer that is not JSON' };
  }
  if (body.error) return { kind: 'failed', reason: body.error.description ?? `error ${body.error.code}` };
  if (typeof body.seq !== 'number') return { kind: 'failed', reason: 'an answer without a sequence' };
  return { kind: 'stored', streamSequence: body.seq, duplicate: body.duplicate === true };
}
