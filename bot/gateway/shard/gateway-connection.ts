import {
  CloseCodes,
  WebSocketShard,
  WebSocketShardEvents,
  type FetchingStrategyOptions,
  type SessionInfo,
  type WebSocketShardDestroyOptions,
} from '@discordjs/ws';
import {
  GatewayOpcodes,
  type GatewayDispatchPayload,
  type GatewayReadyDispatchData,
  type GatewaySendPayload,
} from 'discord-api-types/v10';

import { describeEnd, type ConnectionEnd } from './connection-end.ts';

export interface ConnectionParts {
  readonly shardId: number;
  readonly options: FetchingStrategyOptions;
  /** Asked for before connecting and at each heartbeat. */
  readonly sessionInfo: () => SessionInfo | null;
  readonly waitForIdentify: (signal: AbortSignal) => Promise<void>;
  /** False: another process may have the shard, and its session must not be taken from it. */
  readonly held: () => boolean;
  readonly events: ConnectionEvents;
}

/** What happens on a connection, each called synchronously and in order. */
export interface ConnectionEvents {
  /** A READY made a new session; its dispatch follows. */
  onSession(info: SessionInfo): void;
  onReady(data: GatewayReadyDispatchData): void;
  onResumed(): void;
  onDispatch(payload: GatewayDispatchPayload): void;
  /** A dispatch that was on its way when the connection ended: it is not taken. */
  onLateDispatch(sequence: number): void;
  onHeartbeatAnswered(): void;
  onSent(opcode: GatewayOpcodes): void;
  /**
   * Called once. Nothing else follows, but dispatches that come too late.
   * @param closed resolves when the socket is closed, or has been given up
   */
  onEnd(end: ConnectionEnd, closed: Promise<void>): void;
}

const RESUMING: number = CloseCodes.Resuming;
/** How long to wait for the peer's close frame. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * One socket to Discord, from connect to its end. The library's own reconnects (every 500 ms, with
 * an IDENTIFY where the session could still be resumed) are cut off here: each of its paths ends in
 * `destroy()`, which reports and closes and never recovers. It always closes with 4200, because
 * 1000 would end the session.
 */
export class GatewayConnection extends WebSocketShard {
  readonly #events: ConnectionEvents;
  readonly #sessionInfo: () => SessionInfo | null;
  readonly #held: () => boolean;
  readonly #ended: AbortController;
  #identifying = false;

  constructor(parts: ConnectionParts) {
    const ended = new AbortController();
    const contextStrategy = {
      options: parts.options,
      retrieveSessionInfo: () => parts.sessionInfo(),
      updateSessionInfo: (_shardId: number, info: SessionInfo | null) => {
        // A null is the library's wish to forget; whether the session ended is decided elsewhere.
        if (info && info.sessionId !== parts.sessionInfo()?.sessionId) parts.events.onSession(info);
      },
      waitForIdentify: async (_shardId: number, signal: AbortSignal) =>
        neverIfAborted(parts.waitForIdentify, signal, ended.signal),
    };
    super(contextStrategy, parts.shardId);
    this.#events = parts.events;
    this.#sessionInfo = parts.sessionInfo;
    this.#held = parts.held;
    this.#ended = ended;
    this.#listen();
  }

  /** IDENTIFY was sent, and READY has not come: what becomes of it is not known yet. */
  get identifying(): boolean {
    return this.#identifying;
  }

  /** Starts connecting; everything that follows is reported through the events. */
  open(): void {
    // Rejects when the library emits 'error', which is heard below; never settles when it ends.
    this.connect().catch(() => undefined);
  }

  /** Sends a heartbeat now, beside the library's own. */
  beat(): void {
    this.attempt({ op: GatewayOpcodes.Heartbeat, d: this.#sessionInfo()?.sequence ?? null });
  }

  /** Sends what nothing depends on: a connection that cannot be written to ends by itself. */
  attempt(payload: GatewaySendPayload): void {
    this.send(payload).catch(() => undefined);
  }

  /** Closes so that the session stays resumable; waits for the peer for a second at most. */
  async close(reason: string): Promise<void> {
    await this.destroy({ code: CloseCodes.Resuming, reason });
  }

  override async destroy(options: WebSocketShardDestroyOptions = {}): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    const closed = this.#closeSocket(options.reason ?? '');
    this.#events.onEnd(describeEnd(options), closed);
    await closed;
  }

  override async send(payload: GatewaySendPayload): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const opens = payload.op === GatewayOpcodes.Identify || payload.op === GatewayOpcodes.Resume;
    if (opens && !this.#held()) {
      await this.close('no longer held');
      return;
    }
    if (payload.op === GatewayOpcodes.Identify) this.#identifying = true;
    this.#events.onSent(payload.op);
    await super.send(payload);
  }

  async #closeSocket(reason: string): Promise<void> {
    const { promise: timeout, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    await Promise.race([super.destroy({ code: CloseCodes.Resuming, reason }), timeout]);
    clearTimeout(timer);
  }

  #listen(): void {
    const live = <A extends unknown[]>(handler: (...args: A) => void) => {
      return (...args: A) => {
        if (!this.#ended.signal.aborted) handler(...args);
      };
    };
    const events = this.#events;
    this.on(
      WebSocketShardEvents.Ready,
      live((data) => {
        this.#identifying = false;
        events.onReady(data);
      }),
    );
    this.on(
      WebSocketShardEvents.Resumed,
      live(() => events.onResumed()),
    );
    this.on(WebSocketShardEvents.Dispatch, (payload) => {
      if (this.#ended.signal.aborted) events.onLateDispatch(payload.s);
      else events.onDispatch(payload);
    });
    this.on(
      WebSocketShardEvents.HeartbeatComplete,
      live(() => events.onHeartbeatAnswered()),
    );
    // Fatal closes are emitted as errors first and then reach destroy() with their code.
    this.on(WebSocketShardEvents.Error, () => undefined);
    this.on(WebSocketShardEvents.SocketError, () => undefined);
    // On 4200 from the server the library does nothing and believes it is still connected.
    this.on(
      WebSocketShardEvents.Closed,
      live((code) => {
        if (code === RESUMING) void this.destroy({ code });
      }),
    );
  }
}

/**
 * The library answers a throttler that throws by identifying all the same. So a wait that ends
 * with the connection never settles, except by the signal that the library gave.
 */
async function neverIfAborted(
  wait: (signal: AbortSignal) => Promise<void>,
  librarySignal: AbortSignal,
  ended: AbortSignal,
): Promise<void> {
  try {
    await wait(AbortSignal.any([librarySignal, ended]));
  } catch (error) {
    if (librarySignal.aborted) throw error;
    if (!ended.aborted) throw error;
    await new Promise(() => undefined);
  }
}
