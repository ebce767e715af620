import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A server that a chat or PagerDuty stands behind; `next` resolves with what was posted to a path. */
export async function startPostReceiver() {
  const posts = new Map<string, unknown[]>();
  const waiting = new Map<string, (body: unknown) => void>();
  const take = (path: string, body: unknown) => {
    const waiter = waiting.get(path);
    waiting.delete(path);
    if (waiter) waiter(body);
    else posts.set(path, [...(posts.get(path) ?? []), body]);
  };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      take(request.url ?? '/', JSON.parse(body));
      // Slack says ok, PagerDuty wants 202 and success.
      if (request.url === '/pagerduty') response.writeHead(202).end('{"status":"success"}');
      else response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    next: async (path: string): Promise<unknown> => {
      const [first, ...others] = posts.get(path) ?? [];
      if (first !== undefined) {
        posts.set(path, others);
        return first;
      }
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiting.set(path, resolve);
      return promise;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
