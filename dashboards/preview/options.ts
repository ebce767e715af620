import { join } from 'node:path';

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import type { ThemeName } from './draw/theme.ts';
import { parseDuration } from '../testing/query-step.ts';

export const FLEET_STATES = ['healthy', 'broken'] as const;
export type FleetState = (typeof FLEET_STATES)[number];

export interface PreviewCommand {
  readonly prometheus: string;
  /** `overview`, or `all`. */
  readonly dashboards: readonly string[];
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  /** Where `<name>.json` stand. */
  readonly json: string;
  readonly out: string;
  readonly width: number;
  readonly theme: ThemeName;
  /** The page beside the picture, to be looked at in a browser. */
  readonly html: boolean;
  /** Undefined: what the Prometheus says. */
  readonly scrapeSeconds: number | undefined;
  /** Instead of a Prometheus that runs: start a fleet and draw it. */
  readonly gameday: readonly FleetState[];
}

/** What `--help` and wrong arguments end with: text that stands already on the terminal. */
export interface Refusal {
  readonly exitCode: number;
}

const EXIT_MISUSED = 2;
const DEFAULTS = {
  prometheus: 'http://127.0.0.1:9090',
  json: join('dashboards', 'generated'),
  out: join('dashboards', 'previews'),
  width: 1_600,
  theme: 'dark',
} as const;
const WIDTHS = { min: 800, max: 4_000 } as const;

interface Parsed {
  readonly prometheus: string;
  readonly dashboard: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly range?: string;
  readonly var: Readonly<Record<string, string>>;
  readonly json: string;
  readonly out: string;
  readonly width: number;
  readonly theme: ThemeName;
  readonly html: boolean;
  readonly scrapeInterval?: number;
  readonly gameday?: FleetState | 'both';
}

/** @param argv arguments without node and script */
export function readOptions(argv: readonly string[]): PreviewCommand | Refusal {
  const command = previewCommand();
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : EXIT_MISUSED };
    throw error;
  }
  const parsed = command.opts<Parsed>();
  return {
    prometheus: parsed.prometheus,
    dashboards: parsed.dashboard,
    from: parsed.range === undefined ? parsed.from : `now-${parsed.range}`,
    to: parsed.range === undefined ? parsed.to : 'now',
    variables: parsed.var,
    json: parsed.json,
    out: parsed.out,
    width: parsed.width,
    theme: parsed.theme,
    html: parsed.html,
    scrapeSeconds: parsed.scrapeInterval,
    gameday: parsed.gameday === 'both' ? FLEET_STATES : [parsed.gameday ?? []].flat(),
  };
}

function previewCommand(): Command {
  return new Command('npm run dashboards:preview --')
    .description(
      'Draws dashboards from a running Prometheus to PNG, in a headless Chromium: layout, units, limits and ' +
        'legends as their JSON says. It is a preview, not Grafana. Exit status 1 when a query fails.',
    )
    .addOption(new Option('--prometheus <url>', 'which Prometheus').default(DEFAULTS.prometheus))
    .addOption(
      new Option('--dashboard <names>', 'overview, shards, ...; several with commas; or all')
        .argParser((text) => text.split(','))
        .default(['all'], 'all'),
    )
    .option('--from <time>', 'now-1h, or ISO 8601; by default what the dashboard says')
    .option('--to <time>', 'now, or ISO 8601')
    .addOption(
      new Option('--range <duration>', 'the last 15m, 1h, ...')
        .argParser(checkedDuration)
        .conflicts(['from', 'to']),
    )
    .addOption(
      new Option('--var <name=value>', 'a variable; several values with commas; repeatable')
        .argParser(assignment)
        .default({}, 'those of the dashboard'),
    )
    .addOption(new Option('--json <folder>', 'where the dashboards stand').default(DEFAULTS.json))
    .addOption(new Option('--out <folder>', 'where the pictures go').default(DEFAULTS.out))
    .addOption(new Option('--width <pixels>', 'of a picture').argParser(widthOf).default(DEFAULTS.width))
    .addOption(new Option('--theme <name>').choices(['dark', 'light']).default(DEFAULTS.theme))
    .option('--html', 'keep the page beside the picture', false)
    .addOption(
      new Option('--scrape-interval <duration>', 'by default as the Prometheus is configured').argParser(
        (text) => parseDuration(checkedDuration(text)),
      ),
    )
    .addOption(
      new Option('--gameday <state>', 'start a fleet of the game day, healthy or with faults, and draw that')
        .choices([...FLEET_STATES, 'both'])
        .conflicts(['prometheus', 'from', 'to', 'range']),
    )
    .allowExcessArguments(false)
    .exitOverride();
}

function checkedDuration(text: string): string {
  try {
    parseDuration(text);
    return text;
  } catch {
    throw new InvalidArgumentError('Expected a duration such as 15m or 1h.');
  }
}

function assignment(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected a name and a value, such as shard=3.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function widthOf(text: string): number {
  const width = Number(text);
  if (/^\d+$/.test(text) && width >= WIDTHS.min && width <= WIDTHS.max) return width;
  throw new InvalidArgumentError(`Expected a whole number from ${WIDTHS.min} to ${WIDTHS.max}.`);
}
