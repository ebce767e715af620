import { headers as newHeaders, type MsgHdrs } from 'nats';

import { EVENT_HEADERS } from '../../events.ts';
import type { PayloadBucket } from '../../payload-bucket.ts';
import type { Publication } from './publication.ts';

const EMPTY = new Uint8Array();

/**
 * Puts a body that is larger than the server's `max_payload` into the object store and returns the
 * message that refers to it, so that no event is too large.
 */
export async function storePayload(
  bucket: PayloadBucket,
  { messageId, headers, body }: Publication,
): Promise<{ readonly headers: MsgHdrs; readonly body: Uint8Array }> {
  await bucket.put(messageId, body);
  const withReference = newHeaders();
  for (const [name, values] of headers) for (const value of values) withReference.append(name, value);
  withReference.set(EVENT_HEADERS.payloadRef, messageId);
  return { headers: withReference, body: EMPTY };
}
