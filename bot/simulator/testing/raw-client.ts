import { GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocket } from 'ws';

import { SIMULATOR_DEFAULTS } from '../options.ts';

export interface Payload {
  readonly op: GatewayOpcodes;
  readonly t: string | null;
  readonly s: number | null;
  readonly d: unknown;
}

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** GUILDS, GUILD_VOICE_STATES, GUILD_MESSAGES and MESSAGE_CONTENT */
export const INTENTS = 1 | (1 << 7) | (1 << 9) | (1 << 15);
const TIMEOUT_MS = 10_000;

/** A gateway client without manners: it sends what it is told and keeps what it gets. */
export class RawClient implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly received: Payload[] = [];
  readonly closed: Promise<Closing>;
  readonly #waiting = new Set<() => void>();

  private constructor(url: string) {
    this.socket = new WebSocket(url);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    // 'close' follows and is what counts.
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      this.received.push(JSON.parse(data.toString()) as Payload);
      for (const check of this.#waiting) check();
    });
  }

  /** Opens a socket, without waiting for HELLO. */
  static open(gatewayUrl: string, query = 'v=10&encoding=json'): RawClient {
    return new RawClient(`${gatewayUrl}/?${query}`);
  }

  static async hello(gatewayUrl: string): Promise<RawClient> {
    const client = RawClient.open(gatewayUrl);
    await client.waitFor((payload) => payload.op === GatewayOpcodes.Hello);
    return client;
  }

  static async ready(
    gatewayUrl: string,
    shard: readonly [number, number],
    intents = INTENTS,
  ): Promise<RawClient> {
    const client = await RawClient.hello(gatewayUrl);
    client.identify({ shard, intents });
    await client.waitForType('READY');
    return client;
  }

  static async resumed(url: string, sessionId: string, seq: number): Promise<RawClient> {
    const client = await RawClient.hello(url);
    client.resume(sessionId, seq);
    await client.waitForType('RESUMED');
    return client;
  }

  get sessionId(): string {
    const ready = this.received.find(({ t }) => t === 'READY')?.d as { session_id: string } | undefined;
    if (!ready) throw new Error('no READY yet');
    return ready.session_id;
  }

  /** The highest sequence that came. */
  get sequence(): number {
    return Math.max(0, ...this.received.map(({ s }) => s ?? 0));
  }

  types(): string[] {
    return this.received.map(({ t }) => t).filter((type) => type !== null);
  }

  send(op: GatewayOpcodes, d: unknown): void {
    this.socket.send(JSON.stringify({ op, d }));
  }

  identify(fields: Readonly<Record<string, unknown>> = {}): void {
    this.send(GatewayOpcodes.Identify, {
      token: SIMULATOR_DEFAULTS.token,
      properties: { os: 'linux', browser: 'test', device: 'test' },
      intents: INTENTS,
      shard: [0, 1],
      ...fields,
    });
  }

  resume(sessionId: string, seq: number, token: string = SIMULATOR_DEFAULTS.token): void {
    this.send(GatewayOpcodes.Resume, { token, session_id: sessionId, seq });
  }

  async waitForType(type: string): Promise<Payload> {
    return this.waitFor(({ t }) => t === type);
  }

  /** The first payload, past or to come, that is meant. */
  async waitFor(isMeant: (payload: Payload) => boolean): Promise<Payload> {
    const found = Promise.withResolvers<Payload>();
    const check = () => {
      const payload = this.received.find(isMeant);
      if (payload) found.resolve(payload);
    };
    const seen = () => this.received.map(({ op, t }) => t ?? `op ${op}`).join(' ');
    const timer = setTimeout(() => found.reject(new Error(`it did not come; came: ${seen()}`)), TIMEOUT_MS);
    void this.closed.then(({ code, reason }) => found.reject(new Error(`closed with ${code} ${reason}`)));
    this.#waiting.add(check);
    check();
    try {
      return await found.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(check);
    }
  }

  /** Ends without a close frame. */
  drop(): void {
    this.socket.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    await this.closed;
  }
}
