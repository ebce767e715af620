import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A process as Prometheus sees it: its /metrics say what the test says, until it is gone. */
export async function startMetricsSource(text: string) {
  const server = createServer((_, response) => {
    if (source.gone) response.destroy();
    else response.end(source.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const source = {
    text,
    gone: false,
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return source;
}
