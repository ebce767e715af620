import type { Socket } from 'node:net';

import type { GatewayOpcodes } from 'discord-api-types/v10';

import { framePayload } from './frame.ts';
import type { FrameLog } from './frame-log.ts';
import { Compressor, type Compression } from './compressor.ts';
import { SendLimit } from './send-limit.ts';
import type { Session } from './session.ts';
import type { SimulatorSocket } from './simulator-socket.ts';

export const DROP_KINDS = ['blackhole', 'fin', 'rst'] as const;
export type DropKind = (typeof DROP_KINDS)[number];

/** More than this unread by the client and the connection is dropped; its session keeps everything. */
const MAX_UNSENT_BYTES = 256 * 1024 ** 2;

export interface ConnectionParts {
  readonly id: number;
  readonly host: 'gateway' | 'resume';
  readonly socket: SimulatorSocket;
  /** The same connection underneath: frames of the replay buffer go straight into it. */
  readonly raw: Socket;
  readonly compression: Compression | undefined;
}

/** One WebSocket of a client, from HELLO to its end. */
export class Connection {
  readonly id: number;
  readonly host: 'gateway' | 'resume';
  readonly sends = new SendLimit();
  session: Session | undefined;
  /** Known from the first IDENTIFY or RESUME on. */
  shardId: number | undefined;
  /** Runs out when heartbeats are missing. */
  silence: NodeJS.Timeout | undefined;
  /** The close that this side began. */
  closedWith: { readonly code: number; readonly reason: string } | undefined;
  readonly #socket: SimulatorSocket;
  readonly #raw: Socket;
  readonly #compressor: Compressor | undefined;
  #blackholed = false;
  #dropped = false;

  constructor(parts: ConnectionParts) {
    this.id = parts.id;
    this.host = parts.host;
    this.#socket = parts.socket;
    this.#raw = parts.raw;
    if (parts.compression) {
      this.#compressor = new Compressor(parts.compression, (compressed) => {
        if (this.open) this.#socket.send(compressed);
      });
    }
  }

  /** Something can be sent and may arrive. */
  get open(): boolean {
    return !this.#blackholed && !this.closedWith && this.#socket.readyState === this.#socket.OPEN;
  }

  get blackholed(): boolean {
    return this.#blackholed;
  }

  /** This side ended it without a close frame. */
  get dropped(): boolean {
    return this.#dropped;
  }

  /** Sends anything but a dispatch. */
  send(op: GatewayOpcodes, d: unknown): void {
    this.sendText(JSON.stringify({ t: null, s: null, op, d }));
  }

  sendText(text: string): void {
    if (!this.open) return;
    if (this.#compressor) this.#compressor.write(text);
    else this.#socket.send(text);
  }

  /** Sends the dispatches from this number on. */
  sendFrames(frames: FrameLog, from: number): void {
    if (this.#compressor) {
      for (const frame of frames.frames(from)) this.#compressor.write(framePayload(frame));
      return;
    }
    for (const span of frames.spans(from)) this.#raw.write(span);
    if (this.#raw.writableLength > MAX_UNSENT_BYTES) this.drop('rst');
  }

  close(code: number, reason: string): void {
    if (this.closedWith) return;
    this.closedWith = { code, reason };
    if (!this.#blackholed) this.#socket.closeAsServer(code, reason);
  }

  /**
   * Ends the connection without a close frame. A blackhole stays open, but nothing is read or
   * written any more, as when a router on the way forgot the connection.
   */
  drop(kind: DropKind): void {
    this.#dropped = true;
    if (kind === 'fin') this.#raw.destroy();
    if (kind === 'rst') this.#raw.resetAndDestroy();
    if (kind === 'blackhole') {
      this.#blackholed = true;
      this.#socket.pause();
    }
  }

  /** Frees what the connection holds, once it has ended. */
  release(): void {
    clearTimeout(this.silence);
    this.#compressor?.close();
  }
}
