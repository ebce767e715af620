import { Command, InvalidArgumentError } from 'commander';

import { runBench, type BenchReport } from './run-bench.ts';
import { printReport } from './print-report.ts';

interface Options {
  readonly rounds: number;
  readonly only?: readonly string[];
  readonly json?: boolean;
}

const PARTS = ['path', 'instrumentation', 'sustained', 'latency', 'memory', 'scrape', 'collection'] as const;

const command = new Command('npm run bench --')
  .description(
    'Measures the gateway path, what instrumentation costs, end-to-end latency, memory, and scrapes of gateway and exporter beside baselines of the same run. Takes some minutes; close other programs.',
  )
  .option('--rounds <n>', 'how often each figure is taken; medians are shown', positive, 3)
  .option('--only <parts>', `comma-separated out of ${PARTS.join(', ')}`, parts)
  .option('--json', 'the report as JSON on standard output, progress on standard error')
  .action(async ({ rounds, only = PARTS, json = false }: Options) => {
    const report: BenchReport = await runBench({
      rounds,
      parts: new Set(only),
      progress: (text) => process.stderr.write(`${text}\n`),
    });
    process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : printReport(report));
  });

await command.parseAsync();

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 20) throw new InvalidArgumentError('expected 1 to 20');
  return value;
}

function parts(text: string): string[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length > 0) throw new InvalidArgumentError(`expected some of ${PARTS.join(', ')}`);
  return names;
}
