import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';

import { Command } from 'commander';

import { README_FILE, readmeWithAlerts } from './alert-table.ts';
import { applyValues } from './apply-values.ts';
import { artifacts } from './artifacts.ts';
import { runbookFiles, RUNBOOKS_FOLDER } from './runbooks/runbook-files.ts';
import type { Settings } from './settings.ts';
import { ValuesError } from './values-error.ts';
import { readValuesFile } from './values-file.ts';

const EXIT_STALE = 1;
const EXIT_MISUSED = 2;
const FOLDER = join(import.meta.dirname, 'generated');

interface Options {
  readonly values?: string;
  readonly out: string;
  readonly check?: true;
}

const program = new Command('generate')
  .description(
    'Writes the alert rules and the numbers in the runbooks and the README, with your own thresholds and selectors where you give them.',
  )
  .option(
    '--values <file>',
    'YAML or JSON in the shape of alerts/settings.ts; what it does not name keeps its default',
  )
  .option('--out <folder>', 'where to write', FOLDER)
  .option('--check', 'write nothing; fail when what is there differs')
  .addHelpText(
    'after',
    `
Example of values:
  thresholds:
    DiscordShardEventGap:
      warning: { value: 45, for: 1m }
  selectors:
    namespace: bots
    jobs: { gateway: my-gateway }
  labels: { team: bots }
`,
  )
  .parse(argv);

try {
  exit(generate(program.opts<Options>()));
} catch (error) {
  if (!(error instanceof ValuesError)) throw error;
  stderr.write(`${error.message}\n`);
  exit(EXIT_MISUSED);
}

/** @returns the exit status */
function generate({ values, out, check }: Options): number {
  const settings = applyValues(values === undefined ? {} : readValuesFile(values).rules);
  const stale: string[] = [];
  for (const { file, text } of outputs(settings, out)) {
    if (check) {
      if (readIfThere(file) !== text) stale.push(file);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    stdout.write(`${file}\n`);
  }
  for (const file of stale) stderr.write(`${file} is not what would be generated: npm run generate\n`);
  return stale.length > 0 ? EXIT_STALE : 0;
}

/** Runbooks and README are filled in where they stand; another folder gets copies of the runbooks. */
function outputs(settings: Settings, out: string): { readonly file: string; readonly text: string }[] {
  const here = resolve(out) === FOLDER;
  const runbooks = here ? RUNBOOKS_FOLDER : join(out, 'runbooks');
  const readme = here ? readmeWithAlerts(settings) : undefined;
  return [
    ...(readme === undefined ? [] : [{ file: README_FILE, text: readme }]),
    ...artifacts(settings).map(({ path, text }) => ({ file: join(out, path), text })),
    ...runbookFiles(settings).map(({ path, text }) => ({ file: join(runbooks, path), text })),
  ];
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
