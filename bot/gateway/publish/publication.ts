import type { MsgHdrs } from 'nats';

import { DUPLICATE_WINDOW_MS } from '../../streams.ts';

/** For the way to the stream and clocks that differ. */
const DUPLICATE_MARGIN_MS = 30_000;

/** One message on its way into the stream. */
export interface Publication {
  readonly subject: string;
  readonly messageId: string;
  readonly headers: MsgHdrs;
  readonly body: Uint8Array;
  /** Asked before each send; once false the message is another process's to publish, and is dropped here. */
  readonly mayPublish?: (() => boolean) | undefined;
  /** Called once, when it is dropped. */
  readonly onDropped?: (() => void) | undefined;
  /**
   * Called once, when the message is in the stream.
   * @param sentBehind the stream's last known position when the message was first sent
   */
  readonly onStored: (sentBehind: number) => void;
}

export interface PublisherOptions {
  /** How many messages may wait for their acknowledgement. */
  readonly windowMessages: number;
  /** How many bytes of bodies may wait. */
  readonly windowBytes: number;
  /** How long to wait for an acknowledgement before sending again, in milliseconds; doubles with each try. */
  readonly ackTimeoutMs: number;
  /** The longest time between two tries. */
  readonly maxRetryDelayMs: number;
  /** Age in milliseconds at which the stream may have forgotten the message id. */
  readonly duplicateWindowMs: number;
}

export const PUBLISHER_DEFAULTS = {
  // Memory is bounded by the bytes; so many messages let a long replay through in one go.
  windowMessages: 16_384,
  windowBytes: 64 * 1024 * 1024,
  ackTimeoutMs: 5_000,
  maxRetryDelayMs: 20_000,
  duplicateWindowMs: DUPLICATE_WINDOW_MS - DUPLICATE_MARGIN_MS,
} as const satisfies PublisherOptions;

/** A publication in the window. */
export interface Pending {
  readonly publication: Publication;
  /** Suffix of its reply subject. */
  readonly slot: number;
  readonly sentBehind: number;
  readonly firstSentAtMs: number;
  nextTryAtMs: number;
  tries: number;
  /** Set while something other than an acknowledgement is awaited. */
  busy: boolean;
}

/** How long to wait after try number `tries` (1 is the first), in milliseconds. */
export function retryDelayMs(tries: number, options: PublisherOptions): number {
  return Math.min(options.ackTimeoutMs * 2 ** (tries - 1), options.maxRetryDelayMs);
}
