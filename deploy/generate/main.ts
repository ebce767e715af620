import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';

import { Command } from 'commander';

import { applyValues } from '../../alerts/apply-values.ts';
import { ValuesError } from '../../alerts/values-error.ts';
import { readValuesFile } from '../../alerts/values-file.ts';
import { committedFiles, filesFor } from './generated-files.ts';

const EXIT_STALE = 1;
const EXIT_MISUSED = 2;

interface Options {
  readonly values?: string;
  readonly out?: string;
  readonly check?: true;
}

const program = new Command('generate')
  .description(
    'Writes the alert rules, the dashboards, and the numbers in the runbooks and the README, with your own thresholds and selectors where you give them.',
  )
  .option(
    '--values <file>',
    'YAML or JSON in the shape of alerts/settings.ts; what it does not name keeps its default',
  )
  .option('--out <folder>', 'write rules, runbooks and dashboards there instead of into this repository')
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
  const files = out === undefined ? committedFiles(settings) : filesFor(settings, out);
  for (const { file, text } of files) {
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

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
