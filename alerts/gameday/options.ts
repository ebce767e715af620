import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { SCENARIOS } from './scenarios/scenarios.ts';

export interface GameDayOptions {
  readonly list: boolean;
  readonly fast: boolean;
  /** Names of scenarios; empty: all. */
  readonly scenarios: readonly string[];
  /** Fleets that run at the same time. */
  readonly lanes: number;
  /** Where the results go as JSON; `-` is standard output. */
  readonly json: string | undefined;
}

export const GAME_DAY_DEFAULTS = { lanes: 3 } as const;
const MAX_LANES = 8;

/** What `--help` and wrong arguments end with: text that stands already on the terminal. */
export interface Refusal {
  readonly exitCode: number;
}

/** @param argv arguments without node and script */
export function readOptions(argv: readonly string[]): GameDayOptions | Refusal {
  const command = gameDayCommand();
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2 };
    throw error;
  }
  const { list, fast, scenario, lanes, json } = command.opts<{
    list: boolean;
    fast: boolean;
    scenario?: string[];
    lanes: number;
    json?: string;
  }>();
  return { list, fast, scenarios: scenario ?? [], lanes, json };
}

function gameDayCommand(): Command {
  return new Command('npm run gameday --')
    .description(
      'Injects one fault after the other into real fleets (simulator of Discord, NATS, gateways, workers, ' +
        'exporter, Prometheus, Alertmanager) and sees who is told, when, and what else. Exit status 0 only ' +
        'if every fault was told in time, nothing else was, and no event was lost. Ctrl-C stops everything.',
    )
    .option('--list', 'only say which scenarios there are', false)
    .addOption(
      new Option('--scenario <names...>', 'only these').argParser((name: string, earlier?: string[]) => [
        ...(earlier ?? []),
        known(name),
      ]),
    )
    .option('--fast', 'shortened intervals and windows: minutes instead of the better part of an hour', false)
    .addOption(
      new Option('--lanes <count>', 'fleets that run at the same time, each with its share of the scenarios')
        .argParser((text: string) => {
          const count = Number(text);
          if (Number.isInteger(count) && count >= 1 && count <= MAX_LANES) return count;
          throw new InvalidArgumentError(`Expected an integer from 1 to ${MAX_LANES}.`);
        })
        .default(GAME_DAY_DEFAULTS.lanes),
    )
    .option('--json <file>', 'write the results there too; - for standard output instead of the table')
    .allowExcessArguments(false)
    .exitOverride();
}

function known(name: string): string {
  if (SCENARIOS.some((scenario) => scenario.name === name)) return name;
  throw new InvalidArgumentError(`Expected one of ${SCENARIOS.map((scenario) => scenario.name).join(', ')}.`);
}
