import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface ReceivedRequest {
  readonly path: string;
  readonly body: string;
}

/** A plain HTTP server that plays the receiving end of OTLP or Sentry and keeps what it got. */
export class Receiver implements AsyncDisposable {
  readonly requests: ReceivedRequest[] = [];
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>, requests: ReceivedRequest[]) {
    this.#server = server;
    this.requests = requests;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @param status what it answers; `never` takes requests and answers none */
  static async start(status: number | 'never' = 200): Promise<Receiver> {
    const requests: ReceivedRequest[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
        requests.push({ path: request.url ?? '', body: body.toString() });
        if (status !== 'never') response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Receiver(server, requests);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
