import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocketServer } from 'ws';

import { COMPRESSIONS, type Compression } from './compressor.ts';
import { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { expectHeartbeat } from './heartbeat.ts';
import { receive } from './receive.ts';
import { SimulatorSocket } from './simulator-socket.ts';

const API_VERSION = '10';
/** Larger messages are not even read; those between this and Discord's limit are closed with 4002. */
const MAX_MESSAGE_BYTES = 1024 ** 2;

/** Turns upgrade requests into connections. Both addresses, gateway and resume, do the same. */
export class GatewayHost {
  readonly #context: GatewayContext;
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    WebSocket: SimulatorSocket,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  serve(server: Server, host: Connection['host']): void {
    server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
      this.#upgrader.handleUpgrade(request, raw, head, (socket) => {
        this.#open(host, request, socket, raw as Socket);
      });
    });
  }

  #open(host: Connection['host'], request: IncomingMessage, socket: SimulatorSocket, raw: Socket): void {
    const context = this.#context;
    const { connections, faults, options } = context;
    const query = new URL(request.url ?? '/', 'ws://simulator').searchParams;
    const compression = COMPRESSIONS.find((name) => name === query.get('compress'));
    const connection = new Connection({ id: connections.nextId(), host, socket, raw, compression });
    connections.add(connection);
    socket.ignoresClose = () => faults.take('ignoreCloseFrame', connection.shardId) !== undefined;
    socket.on('message', (data) => receive(context, connection, toBuffer(data)));
    socket.on('close', (code) => connections.ended(connection, code));
    // A close with 1006 or 1009 follows, which is what counts.
    socket.on('error', () => undefined);
    const refusal = refuse(query, compression);
    if (refusal) {
      connections.close(connection, refusal.code, refusal.reason);
      return;
    }
    expectHeartbeat(context, connection);
    connection.send(GatewayOpcodes.Hello, { heartbeat_interval: options.heartbeatIntervalMs, _trace: [] });
  }
}

function refuse(
  query: URLSearchParams,
  compression: Compression | undefined,
): { code: number; reason: string } | undefined {
  if (query.get('v') !== API_VERSION) {
    return { code: GatewayCloseCodes.InvalidAPIVersion, reason: 'Invalid API version.' };
  }
  if ((query.get('encoding') ?? 'json') !== 'json') {
    return { code: GatewayCloseCodes.DecodeError, reason: 'This server speaks encoding=json only.' };
  }
  if (query.has('compress') && !compression) {
    const reason = `This server compresses with ${COMPRESSIONS.join(' or ')} only.`;
    return { code: GatewayCloseCodes.DecodeError, reason };
  }
  return undefined;
}

function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
