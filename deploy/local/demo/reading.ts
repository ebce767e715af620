import type { ServiceState } from './supervised-service.ts';

/** What the demo knows at one moment. Undefined: nobody could say. */
export interface Reading {
  readonly elapsedMs: number;
  readonly services: readonly ServiceReading[];
  readonly gateways: readonly GatewayReading[];
  readonly consumers: readonly ConsumerReading[];
  readonly totals: Totals;
  /** Per second. */
  readonly rates: Rates;
}

export interface ServiceReading {
  readonly name: string;
  readonly state: ServiceState;
  readonly restarts: number;
  readonly address: string;
  readonly pages: readonly string[];
}

export interface GatewayReading {
  readonly name: string;
  /** Shard -> state, by shard; empty while it does not answer. */
  readonly shards: ReadonlyMap<number, string>;
}

export interface ConsumerReading {
  readonly name: string;
  /** Waiting and being handled: num_pending + num_ack_pending. */
  readonly lag: number | undefined;
  readonly handled: number;
  readonly handledPerSecond: number;
  readonly redelivered: number;
}

export interface Totals {
  /** Dispatches that the gateways took from Discord. */
  readonly taken: number;
  /** Last sequence of DISCORD_EVENTS. */
  readonly stored: number;
  /** Events whose handling ended: acknowledged, expired or dead. */
  readonly handled: number;
  readonly deadLetters: number | undefined;
  /** What the gateways say that they lost. */
  readonly lost: number;
  readonly restRequests: number;
  /** Of these, those that were not answered with 2xx: HTTP status, or a word where no answer came -> how many. */
  readonly restFailures: ReadonlyMap<string, number>;
  readonly restarts: number;
}

export interface Rates {
  readonly taken: number;
  readonly stored: number;
  readonly handled: number;
  readonly rest: number;
}
