import type { Server } from 'node:http';

import { CodedError, codeOf } from '../../runtime/errors.ts';

/** @throws {CodedError} PORT_TAKEN when another process holds the port */
export async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    throw new CodedError('PORT_TAKEN', `Port ${port} is taken by another process`, {
      expected: 'a free port (0 picks one)',
      got: String(port),
      cause: error,
    });
  });
}
