import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { CodedError, EXIT_MISCONFIGURED } from '../../../runtime/errors.ts';

export interface DemoOptions {
  /** Undefined: until Ctrl-C. */
  readonly forMs: number | undefined;
  readonly eventsPerSecond: number;
  readonly shards: number;
  readonly keep: boolean;
}

export const DEMO_DEFAULTS = { eventsPerSecond: 500, shards: 8 } as const;

const MIN_FOR_MS = 5_000;
const MAX_FOR_MS = 24 * 3_600_000;
const MAX_RATE = 5_000;
const MAX_SHARDS = 64;
/** DISCORD_EVENTS holds 1 GiB and every event of a checked run must still be in it at the end. */
const MAX_CHECKED_EVENTS = 1_000_000;

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

export const HELP_EXIT = 0;

/** What `--help` and wrong arguments end with: text that stands already on the terminal. */
export interface Refusal {
  readonly exitCode: number;
}

/** @param argv arguments without node and script */
export function readOptions(argv: readonly string[]): DemoOptions | Refusal {
  const command = demoCommand();
  try {
    command.parse(argv, { from: 'user' });
    const options = command.opts<{ for?: number; rate: number; shards: number; keep: boolean }>();
    const demo = {
      forMs: options.for,
      eventsPerSecond: options.rate,
      shards: options.shards,
      keep: options.keep,
    };
    refuseTooMany(demo);
    return demo;
  } catch (error) {
    if (error instanceof CommanderError)
      return { exitCode: error.exitCode === HELP_EXIT ? HELP_EXIT : EXIT_MISCONFIGURED };
    throw error;
  }
}

function demoCommand(): Command {
  return new Command('npm run demo --')
    .description(
      'The whole bot on this machine: simulator of Discord, NATS, 2 gateways, all workers, a live status. ' +
        'With DISCORD_TOKEN set it runs against Discord instead. Ctrl-C stops everything.',
    )
    .addOption(
      new Option(
        '--for <time>',
        'end by itself after this time with a summary; exit status 0 only if nothing was lost',
      ).argParser(parseDuration),
    )
    .addOption(
      new Option('--rate <events/s>', 'events per second that the simulator makes')
        .argParser(wholeNumber(1, MAX_RATE))
        .default(DEMO_DEFAULTS.eventsPerSecond),
    )
    .addOption(
      new Option('--shards <count>', 'shards of the bot, spread over both gateways')
        .argParser(wholeNumber(2, MAX_SHARDS))
        .default(DEMO_DEFAULTS.shards),
    )
    .option('--keep', 'keep the folder with logs and the store of NATS', false)
    .allowExcessArguments(false)
    .exitOverride();
}

/** "90s", "5m", "1h" in milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text);
  const ms = match ? Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS] : Number.NaN;
  if (ms >= MIN_FOR_MS && ms <= MAX_FOR_MS) return ms;
  throw new InvalidArgumentError('Expected a time from 5s to 24h, such as 60s or 5m.');
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

function refuseTooMany({ forMs, eventsPerSecond }: DemoOptions): void {
  if (forMs === undefined) return;
  const events = (forMs / 1_000) * eventsPerSecond;
  if (events <= MAX_CHECKED_EVENTS) return;
  throw new CodedError('DEMO_TOO_LONG', 'The run cannot be checked at its end', {
    expected: `--for times --rate to be at most ${MAX_CHECKED_EVENTS} events, what the stream holds`,
    got: String(Math.round(events)),
    exitCode: EXIT_MISCONFIGURED,
  });
}
