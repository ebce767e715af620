import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { listen } from '../listen.ts';
import type { GatewayHost } from './gateway-host.ts';

/** The address that sessions are told to resume at: it can be closed and opened again. */
export class ResumeHost {
  readonly #host: string;
  readonly #gateway: GatewayHost;
  #server: Server | undefined;
  #port: number;

  constructor(gateway: GatewayHost, host: string, port: number) {
    this.#gateway = gateway;
    this.#host = host;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  async open(): Promise<void> {
    if (this.#server) return;
    const server = createServer((_, response) => {
      response.writeHead(426).end(STATUS_CODES[426]);
    });
    this.#server = server;
    this.#gateway.serve(server, 'resume');
    await listen(server, this.#host, this.#port);
    this.#port = (server.address() as AddressInfo).port;
  }

  /** New connections are refused; those that stand go on. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }
}
