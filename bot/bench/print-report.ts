import type { CollectionCost } from './collection.ts';
import { VARIANTS } from './instrumentation.ts';
import type { BenchReport, PathReport } from './run-bench.ts';

/** The report as Markdown, as it stands in the README. */
export function printReport(report: BenchReport): string {
  const lines = [`${report.machine}; medians of ${report.rounds} rounds.`, ''];
  if (report.path) lines.push(...pathLines(report.path), '');
  if (report.sustained) {
    lines.push(
      '| asked for, events/s | taken | behind at the end | nothing lost, kept up |',
      '|---|---|---|---|',
    );
    for (const { asked, stored, backlog, kept } of report.sustained) {
      lines.push(`| ${asked} | ${stored} | ${backlog} | ${kept ? 'yes' : 'no'} |`);
    }
    lines.push('');
  }
  if (report.latency) {
    lines.push('| events/s | p50 ms | p99 ms (median of seconds) |', '|---|---|---|');
    for (const [rate, { p50Ms, p99Ms }] of Object.entries(report.latency)) {
      lines.push(`| ${rate} | ${p50Ms.toFixed(1)} | ${p99Ms.toFixed(1)} |`);
    }
    lines.push('');
  }
  if (report.memory) {
    lines.push('| shards, 1,000 guilds | gateway MiB | discord.js Client MiB | ratio |', '|---|---|---|---|');
    for (const { shards, gatewayMib, clientMib } of report.memory) {
      const ratio = (gatewayMib / clientMib).toFixed(2);
      lines.push(`| ${shards} | ${gatewayMib.toFixed(0)} | ${clientMib.toFixed(0)} | ${ratio} |`);
    }
    lines.push('');
  }
  if (report.instrumentation) lines.push(...instrumentationLines(report.instrumentation), '');
  if (report.scrape) lines.push(...scrapeLines(report.scrape), '');
  if (report.collection) lines.push(...collectionLines(report.collection), '');
  return `${lines.join('\n')}\n`;
}

function instrumentationLines(cost: NonNullable<BenchReport['instrumentation']>): string[] {
  const names = {
    off: 'off',
    metrics: 'metrics, scraped, and logs',
    traces: 'metrics, logs and 20% traces',
  } as const;
  const rows = VARIANTS.map((variant) => {
    const { median, spread } = cost[variant];
    const share = variant === 'off' ? '' : `+${((median / cost.off.median - 1) * 100).toFixed(1)}%`;
    return `| ${names[variant]} | ${median.toFixed(1)} ± ${(spread * 100).toFixed(0)}% | ${share} |`;
  });
  return ['| instrumentation of the gateway | µs CPU an event | more than off |', '|---|---|---|', ...rows];
}

function scrapeLines(rows: NonNullable<BenchReport['scrape']>): string[] {
  const lines = rows.flatMap(({ shards, gateway, library }) =>
    (
      [
        ['gateway', gateway],
        ["the same series in prom-client's gauges", library],
      ] as const
    ).map(
      ([name, cost]) =>
        `| ${name} | ${shards} | ${cost.series} | ${(cost.bytes / 1_024).toFixed(0)} | ${cost.medianMs.toFixed(1)} | ${cost.cpuMs.toFixed(1)} |`,
    ),
  );
  return ['| one scrape | shards | series | KiB | ms | CPU ms |', '|---|---|---|---|---|---|', ...lines];
}

function collectionLines(costs: readonly CollectionCost[]): string[] {
  const rows = costs.map(
    ({ exporter, consumers, medianMs, cpuMs, serverCpuMs, bytes, requests }) =>
      `| ${exporter} | ${consumers} | ${medianMs.toFixed(1)} | ${cpuMs.toFixed(1)} | ${serverCpuMs.toFixed(1)} | ${(bytes / 1_024).toFixed(0)} | ${requests.toFixed(1)} |`,
  );
  return [
    '| one collection, 10 streams | consumers | ms | CPU ms | nats-server CPU ms | KiB | requests to NATS |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

function pathLines(path: PathReport): string[] {
  const { bulk, js, gateway, gatewayBare } = path;
  const row = (name: string, { median, spread }: PathReport['bulk'], perSecond?: number) => {
    const ratios = [median / bulk.median, median / js.median].map((ratio) => ratio.toFixed(2));
    const rate = perSecond === undefined ? '' : String(Math.round(perSecond));
    return `| ${name} | ${median.toFixed(1)} ± ${(spread * 100).toFixed(0)}% | ${ratios.join(' | ')} | ${rate} |`;
  };
  return [
    `| CPU of the process for one event, ${path.bytes} bytes | µs | to (a) | to (b) | acked/s |`,
    '|---|---|---|---|---|',
    row('(a) bare loop, bulk acknowledgements', bulk, path.bulkPerSecond),
    row('(b) bare loop, `js.publish`, window 256', js, path.jsPerSecond),
    row('gateway, metrics and logs', gatewayBare),
    row('gateway, metrics, logs and 20% traces', gateway),
    '',
    `Resident memory of that gateway: ${path.residentMib.toFixed(0)} MiB.`,
  ];
}
