import type { Logger } from '../../../runtime/log.ts';
import type { IdentifyPace } from './identify-pace.ts';
import { reconnectDelayMs, STABLE_MS, usesResumeUrl } from './reconnect-policy.ts';

export interface ReconnectsParts {
  readonly pace: Pick<IdentifyPace, 'inVain' | 'waitMs'>;
  /** Whether there is a session to resume; without one the next connection identifies. */
  readonly hasSession: () => boolean;
  readonly connect: () => void;
  readonly log: Logger;
}

/** When a shard connects again, and to which address. */
export class Reconnects {
  readonly #parts: ReconnectsParts;
  #timer: NodeJS.Timeout | undefined;
  /** Connections in a row that did not become stable. */
  #failures = 0;

  constructor(parts: ReconnectsParts) {
    this.#parts = parts;
  }

  get usesResumeUrl(): boolean {
    return usesResumeUrl(this.#failures);
  }

  /**
   * @param readyAtMs when the connection got ready; undefined when it did not
   * @param forRoom it ended for want of room, which is no failure: each round got a window's worth further
   */
  onConnectionEnd(nowMs: number, readyAtMs: number | undefined, forRoom: boolean): void {
    const stable = readyAtMs !== undefined && nowMs - readyAtMs >= STABLE_MS;
    this.#failures = stable || forRoom ? 0 : this.#failures + 1;
  }

  /** Connects again as soon as that may help. */
  again(why: { readonly code?: number | undefined; readonly reason: string }): void {
    const { pace, hasSession, connect, log } = this.#parts;
    const identifyInMs = hasSession() ? 0 : pace.waitMs(performance.now(), 'down');
    const delayMs = Math.max(Math.round(reconnectDelayMs(this.#failures, Math.random())), identifyInMs);
    log.info({ ...why, delayMs, identifiesInVain: pace.inVain }, 'shard reconnects');
    this.cancel();
    this.#timer = setTimeout(connect, delayMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
