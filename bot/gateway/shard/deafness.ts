import type { Logger } from '../../../runtime/log.ts';
import type { IdentifyPace } from './identify-pace.ts';
import { decideProbe, type ProbeInput } from './probe.ts';
import { MAX_DEAF } from './reconnect-policy.ts';

export interface DeafnessParts {
  readonly pace: Pick<IdentifyPace, 'waitMs'>;
  readonly log: Logger;
}

/** deaf: the connection must be replaced. hopeless: resuming does not help, the session must be too. */
export type Hearing = 'deaf' | 'hopeless' | undefined;

/** What is known of whether a shard hears, from one connection to the next. */
export class Deafness {
  readonly #parts: DeafnessParts;
  #probedAtMs: number | undefined;
  /** Connections on which nothing was heard. */
  #inARow = 0;

  constructor(parts: DeafnessParts) {
    this.#parts = parts;
  }

  /** Each connection is probed anew. */
  onConnecting(): void {
    this.#probedAtMs = undefined;
  }

  /** An event came through, or the session ended. */
  onSettled(): void {
    this.#inARow = 0;
  }

  /** @param probe sends a probe; false where there is nobody to ask for */
  check(input: Omit<ProbeInput, 'probedAtMs'>, probe: () => boolean): Hearing {
    const decision = decideProbe({ ...input, probedAtMs: this.#probedAtMs });
    if (decision === 'probe' && probe()) this.#probedAtMs = input.nowMs;
    return decision === 'deaf' ? this.#onDeaf(input.nowMs) : undefined;
  }

  #onDeaf(nowMs: number): Hearing {
    const { pace, log } = this.#parts;
    this.#inARow += 1;
    const identifyInMs = pace.waitMs(nowMs, 'deaf');
    const fields = { inARow: this.#inARow, identifyInMs };
    log.warn(fields, 'shard is deaf: heartbeats are answered, a probe is not');
    return this.#inARow >= MAX_DEAF && identifyInMs === 0 ? 'hopeless' : 'deaf';
  }
}
