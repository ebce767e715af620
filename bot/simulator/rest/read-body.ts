import type { IncomingMessage } from 'node:http';

import { CodedError } from '../../../runtime/errors.ts';

const MAX_BODY_BYTES = 10 * 1024 ** 2;

/** @throws {CodedError} BODY_TOO_LARGE */
export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES)
      throw new CodedError('BODY_TOO_LARGE', `A body above ${MAX_BODY_BYTES} bytes`);
    parts.push(part);
  }
  return parts.length === 1 ? String(parts[0]) : Buffer.concat(parts).toString();
}
