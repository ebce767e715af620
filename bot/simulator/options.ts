import { GatewayIntentBits } from 'discord-api-types/v10';

import { CodedError } from '../../runtime/errors.ts';

/** Obviously not a real one; real tokens have three parts. */
export const FAKE_TOKEN = 'simulator-fake-token';

/** Discord's documented ceiling; a session with more is refused with 4011. */
export const MAX_GUILDS_PER_SHARD = 2_500;

export type LedgerMode = 'full' | 'bounded' | 'counts';

export interface SessionStartLimit {
  readonly total: number;
  readonly remaining: number;
}

export interface SimulatorOptions {
  /** Where it listens. */
  readonly host: string;
  /** What clients are told to connect to; by default `host`, which does where that is one address. */
  readonly publicHost?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The port of the address that READY tells sessions to resume at; 0 takes a free one. */
  readonly resumePort: number;
  /** The one token that is accepted. */
  readonly token: string;
  /** What `/gateway/bot` recommends. */
  readonly shards: number;
  readonly maxConcurrency: number;
  /** Daily IDENTIFYs; spending all of them ends every session and resets the token. */
  readonly sessionStartLimit: SessionStartLimit;
  /** All guilds of the bot, spread over the shards by `(id >> 22) % count`. */
  readonly guilds: number;
  readonly heartbeatIntervalMs: number;
  /** One IDENTIFY in this time and bucket. */
  readonly identifyIntervalMs: number;
  /** How long a session without a socket stays resumable. */
  readonly sessionTimeoutMs: number;
  /** Dispatches kept per session for a RESUME. */
  readonly replayLimit: number;
  /** Memory a session may hold for a RESUME; the older of both limits counts. */
  readonly replayLimitBytes: number;
  /** Intents that close an IDENTIFY with 4014. */
  readonly disallowedIntents: number;
  /** Whether op 8 for a whole member list needs the GUILD_MEMBERS intent, as at Discord. */
  readonly requireGuildMembersIntent: boolean;
  /** Requests per second over all routes but interaction callbacks; 0 for no limit. */
  readonly restGlobalPerSecond: number;
  /** Answers to an interaction come too late after this time. */
  readonly interactionDeadlineMs: number;
  /** full: every dispatch; bounded: the newest `ledgerLimit`; counts: totals only. */
  readonly ledger: LedgerMode;
  /** Entries of each kind that a bounded ledger keeps. */
  readonly ledgerLimit: number;
  /** Of the traffic's random numbers. */
  readonly seed: number;
}

export const SIMULATOR_DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  resumePort: 0,
  token: FAKE_TOKEN,
  shards: 4,
  maxConcurrency: 1,
  sessionStartLimit: { total: 1_000, remaining: 1_000 },
  guilds: 100,
  heartbeatIntervalMs: 41_250,
  identifyIntervalMs: 5_000,
  sessionTimeoutMs: 180_000,
  replayLimit: 100_000,
  replayLimitBytes: 32 * 1024 ** 2,
  disallowedIntents: 0,
  requireGuildMembersIntent: true,
  restGlobalPerSecond: 50,
  interactionDeadlineMs: 3_000,
  ledger: 'full',
  ledgerLimit: 100_000,
  seed: 1,
} as const satisfies SimulatorOptions;

const POSITIVE = [
  'shards',
  'maxConcurrency',
  'heartbeatIntervalMs',
  'sessionTimeoutMs',
  'replayLimit',
  'replayLimitBytes',
  'ledgerLimit',
] as const satisfies (keyof SimulatorOptions)[];

/** @throws {CodedError} SIMULATOR_OPTIONS naming every option that cannot work */
export function simulatorOptions(given: Partial<SimulatorOptions>): SimulatorOptions {
  const options: SimulatorOptions = { ...SIMULATOR_DEFAULTS, ...given };
  const faults: string[] = [];
  for (const name of POSITIVE) {
    const value = options[name];
    if (!Number.isInteger(value) || value < 1)
      faults.push(`${name} must be an integer above 0, not ${value}`);
  }
  const { total, remaining } = options.sessionStartLimit;
  if (remaining > total)
    faults.push(`sessionStartLimit.remaining (${remaining}) is above its total (${total})`);
  if (!Number.isInteger(options.guilds) || options.guilds < 0)
    faults.push(`guilds must be an integer from 0, not ${options.guilds}`);
  if (options.token === '') faults.push('token must not be empty');
  if (faults.length > 0) throw new CodedError('SIMULATOR_OPTIONS', faults.join('; '));
  return options;
}

/** Every intent that API v10 knows; any other bit closes an IDENTIFY with 4013. */
export const KNOWN_INTENTS = Object.values(GatewayIntentBits)
  .filter((bit) => typeof bit === 'number')
  .reduce((all, bit) => all | bit, 0);
