import { collectionLines, instrumentationLines, scrapeLines } from './print-exporters.ts';
import type { BenchReport, PathReport } from './run-bench.ts';

/** The report as Markdown, as it stands in the README. */
export function printReport(report: BenchReport): string {
  const lines = [
    `${report.machine}; medians of ${report.rounds} rounds, ± half of what lies between the extremes.`,
    '',
  ];
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
