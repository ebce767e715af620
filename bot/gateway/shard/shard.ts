import {
  GatewayOpcodes,
  type GatewayDispatchPayload,
  type GatewayReadyDispatchData,
} from 'discord-api-types/v10';

import { CodedError } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { SessionKeeper, type Inherited } from '../session/session-keeper.ts';
import type { Session } from '../session/session.ts';
import { refusal, type ConnectionEnd } from './connection-end.ts';
import { Deafness } from './deafness.ts';
import { GatewayConnection, type ConnectionEvents } from './gateway-connection.ts';
import { IdentifyPace } from './identify-pace.ts';
import { Intake } from './intake.ts';
import { sendProbe } from './probe.ts';
import { Reconnects } from './reconnects.ts';
import { ResumeWatch } from './resume-watch.ts';
import type { ShardActivity } from './shard-activity.ts';
import type { Movability } from '../strategy/shard-strategy.ts';
import type { ShardParts } from './shard-parts.ts';

/** One shard for as long as this process owns it: keeps a connection open and its session going. */
export class Shard {
  readonly id: number;
  readonly activity: ShardActivity;
  readonly session: SessionKeeper;
  readonly #parts: ShardParts;
  readonly #log: Logger;
  readonly #intake: Intake;
  #connection: GatewayConnection | undefined;
  readonly #resume = new ResumeWatch(() => void this.#connection?.close('resume unanswered'));
  readonly #pace = new IdentifyPace();
  readonly #deafness: Deafness;
  readonly #reconnects: Reconnects;
  #stopped = false;
  #waitsForRoom = false;
  #readyAtMs: number | undefined;

  constructor(parts: ShardParts, inherited?: Inherited) {
    this.id = parts.id;
    this.activity = parts.activity;
    this.#parts = parts;
    this.#intake = new Intake(parts, () => this.session.current);
    this.#log = parts.log.child({ shard: parts.id });
    this.#deafness = new Deafness({ pace: this.#pace, log: this.#log });
    this.#reconnects = new Reconnects({
      pace: this.#pace,
      hasSession: () => this.session.current !== undefined,
      connect: () => this.start(),
      log: this.#log,
    });
    this.session = new SessionKeeper({
      id: parts.id,
      activity: this.activity,
      inherited,
      held: parts.held,
      streamSequence: () => parts.publisher.streamSequence,
      findStored: parts.findStored,
      log: this.#log,
      onChange: () => parts.onSessionChange(this.session),
    });
  }

  /** True when the shard is connected or on its way to be, with its session kept. */
  get serving(): boolean {
    const { state } = this.activity;
    if (state === 'ready' || state === 'resuming') return true;
    return this.session.current !== undefined && !this.#waitsForRoom;
  }

  /** Between IDENTIFY and READY nobody else can go on with what becomes of it. */
  get movability(): Movability {
    return this.#connection?.identifying ? 'busy' : this.session.current ? 'serving' : 'idle';
  }

  start(): void {
    if (this.#stopped || !this.#parts.held()) return;
    this.activity.state = 'connecting';
    this.#readyAtMs = undefined;
    this.#deafness.onConnecting();
    const options = this.#parts.connectionOptions();
    const url = this.#reconnects.usesResumeUrl ? undefined : options.gatewayInformation.url;
    const { max_concurrency: maxConcurrency } = options.gatewayInformation.session_start_limit;
    this.#connection = new GatewayConnection({
      shardId: this.id,
      options,
      sessionInfo: () => this.session.current?.toSessionInfo(url) ?? null,
      waitForIdentify: async (signal) => {
        this.activity.state = 'identifying';
        await this.#parts.gate.wait(this.id, maxConcurrency, signal);
      },
      held: this.#parts.held,
      events: this.#events(),
    });
    this.#connection.open();
  }

  /** Closes resumably; no event is taken afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#reconnects.cancel();
    await this.#connection?.close('stopping');
  }

  /** Stops for the next owner; whether all that was taken is stored by the deadline. */
  async handOver(deadlineMs: number): Promise<boolean> {
    await this.stop();
    return this.#intake.allStored(deadlineMs);
  }

  /** The publisher takes events again. */
  onRoom(): void {
    if (!this.#waitsForRoom) return;
    this.#waitsForRoom = false;
    if (!this.#connection) this.#reconnects.again({ reason: 'publishing keeps up again' });
  }

  /** Called about once a second. */
  probe(nowMs: number): void {
    const { state, quietSinceMs = nowMs } = this.activity;
    const readyAtMs = this.#readyAtMs;
    const connection = this.#connection;
    if (state !== 'ready' || readyAtMs === undefined || !connection) return;
    const probe = () => sendProbe(connection, this.session, this.id);
    const hearing = this.#deafness.check({ nowMs, quietSinceMs, readyAtMs }, probe);
    if (hearing === 'hopeless') this.#endSession('deaf after every resume');
    if (hearing) void connection.close('deaf');
  }

  #events(): ConnectionEvents {
    // The session may be another one by the time a late dispatch comes.
    let lateSession: Session | undefined;
    return {
      onSession: (info) => this.session.begin(info),
      onReady: (data) => this.#onReady(data),
      onResumed: () => this.#onResumed(),
      onDispatch: (payload) => this.#onDispatch(payload),
      onLateDispatch: (sequence) => lateSession?.refuse(sequence),
      onHeartbeatAnswered: () => {
        const seconds = this.activity.heartbeat.onAnswered(performance.now());
        if (seconds !== undefined) this.#parts.observeHeartbeat(seconds);
      },
      onSent: (opcode) => this.#onSent(opcode),
      onEnd: (end, closed) => {
        lateSession = this.session.current;
        void this.#onEnd(end, closed);
      },
    };
  }

  #onReady(data: GatewayReadyDispatchData): void {
    this.session.onReady(data);
    this.#onUp();
    this.#log.info({ guilds: data.guilds.length }, 'shard ready with a new session');
  }

  #onResumed(): void {
    // A replay may hold the RESUMED of an earlier resume: the first one counts.
    if (this.#readyAtMs !== undefined) return;
    this.activity.resumes += 1;
    this.#resume.onSettled();
    this.session.onResumed();
    this.#onUp();
    this.#log.info('shard resumed');
    const session = this.session.current;
    if (session?.hasGap) setImmediate(() => this.#checkGap(session));
  }

  #onUp(): void {
    this.#readyAtMs = performance.now();
    this.activity.onReady();
    // The library's first beat may be 41 s away, and until then nobody knows how slow this connection is.
    this.#connection?.beat();
  }

  #onDispatch(payload: GatewayDispatchPayload): void {
    const session = this.session.current;
    if (!session) return;
    const taken = this.#intake.take(payload, session);
    if (taken === 'not-held') return void this.stop();
    if (taken === 'no-room') return this.#waitForRoom();
    // A repeat is an event that came through, and in its order with the others tells which guilds there are.
    if (taken === 'taken') this.activity.events += 1;
    this.session.guilds.onDispatch(payload);
    const type: string = payload.t;
    if (type === 'RESUMED' || type === 'READY') return;
    const nowMs = performance.now();
    this.#deafness.onSettled();
    this.#pace.onEvent(nowMs);
    this.activity.onEvent(nowMs);
    if (this.activity.state === 'resuming') this.#resume.onEvent();
    else if (session.hasGap) setImmediate(() => this.#checkGap(session));
  }

  #waitForRoom(): void {
    this.#waitsForRoom = true;
    this.#log.warn('publishing does not keep up: closing the shard until it does');
    void this.#connection?.close('publishing does not keep up');
  }

  #onSent(opcode: GatewayOpcodes): void {
    const nowMs = performance.now();
    this.activity.onSent(opcode, nowMs);
    if (opcode === GatewayOpcodes.Identify) this.#pace.onIdentify(nowMs);
    if (opcode !== GatewayOpcodes.Resume) return;
    this.activity.state = 'resuming';
    this.#readyAtMs = undefined;
    this.#resume.onAsked();
  }

  /** Frames that arrive together may be handed over slightly out of order: look a moment later. */
  #checkGap(session: Session): void {
    if (session !== this.session.current || !session.hasGap || this.activity.state !== 'ready') return;
    if (!session.shouldChaseGap()) return this.session.giveUpGap(session);
    this.activity.sequenceGaps += 1;
    void this.#connection?.close('sequence gap');
  }

  async #onEnd(end: ConnectionEnd, closed: Promise<void>): Promise<void> {
    const nowMs = performance.now();
    this.#connection = undefined;
    this.#reconnects.onConnectionEnd(nowMs, this.#readyAtMs, this.#waitsForRoom);
    this.activity.onConnectionEnd(nowMs, end.code);
    this.#resume.onConnectionEnd();
    if (this.#stopped) return;
    if (end.kind === 'fatal') {
      const error = refusal(this.id, end);
      this.#parts.telemetry.captureError(error, { shard: String(this.id) });
      this.#parts.onFatal(error);
      return;
    }
    if (end.kind === 'session-ended') this.#endSession(end.reason);
    if (this.#resume.givesUp && this.#pace.waitMs(nowMs, 'down') === 0)
      this.#endSession('no answer to RESUME');
    await closed;
    if (this.#waitsForRoom) return;
    this.#reconnects.again({ code: end.code, reason: end.reason });
  }

  #endSession(reason: string): void {
    const error = new CodedError('SESSION_ENDED', `The session of shard ${this.id} ended: ${reason}`);
    this.#parts.telemetry.captureError(error, { shard: String(this.id) });
    this.#resume.onSettled();
    this.#deafness.onSettled();
    this.session.end(reason);
  }
}
