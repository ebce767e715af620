import type { PayloadBucket } from '../../payload-bucket.ts';
import { Permanent } from '../outcome-errors.ts';

/**
 * The body of an event that was too large for a message.
 * @throws {Permanent} when it is not there (any more)
 */
export async function largeBody(payloads: PayloadBucket, name: string): Promise<Uint8Array> {
  const body = await payloads.get(name);
  if (body === null) throw new Permanent('the large body of this event is no longer stored');
  return body;
}
