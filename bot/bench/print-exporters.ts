import type { Ratio } from './gateway-path.ts';
import { median } from './measure.ts';
import type { CollectionReport, InstrumentationRow, ScrapeRow } from './run-exporters.ts';

const VARIANT_NAMES = {
  off: 'off',
  metrics: 'metrics and logs',
  traces: 'metrics, logs and 20% traces',
} as const satisfies Record<InstrumentationRow['variant'], string>;

const SOURCE_NAMES = {
  gateway: 'gateway',
  library: "the same series in prom-client's gauges",
} as const satisfies Record<ScrapeRow['source'], string>;

export function instrumentationLines(rows: readonly InstrumentationRow[]): string[] {
  return [
    'The same gateway without any instrumentation, in turns with it; in brackets the rounds furthest apart:',
    '',
    '| CPU of the gateway for one event | process µs | to off | event loop µs | to off |',
    '|---|---|---|---|---|',
    ...rows.map((row) =>
      line(
        VARIANT_NAMES[row.variant],
        withSpread(row.process),
        row.variant === 'off' ? '' : more(row.processMore),
        withSpread(row.eventLoop),
        row.variant === 'off' ? '' : more(row.eventLoopMore),
      ),
    ),
  ];
}

export function scrapeLines(rows: readonly ScrapeRow[]): string[] {
  return [
    "One scrape of an idle gateway whose shards are all ready, beside the same series in prom-client's own gauges:",
    '',
    '| one scrape | shards | series | KiB | ms | CPU ms | the first one, ms |',
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) =>
      line(
        SOURCE_NAMES[row.source],
        String(row.shards),
        String(row.series),
        kib(row.bytes),
        withSpread(row.ms),
        withSpread(row.cpuMs),
        row.firstMs.median.toFixed(0),
      ),
    ),
  ];
}

export function collectionLines({ serverVersion, peerVersion, rows }: CollectionReport): string[] {
  const beside =
    peerVersion === undefined
      ? ''
      : `, beside prometheus-nats-exporter ${peerVersion} (\`-jsz=all\`) on the same server`;
  return [
    `One collection of the JetStream exporter${beside}; nats-server ${serverVersion}, 10 streams:`,
    '',
    '| one collection | consumers | ms | CPU ms | nats-server CPU ms | KiB | requests to NATS |',
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) =>
      line(
        row.exporter,
        String(row.consumers),
        withSpread(row.ms),
        withSpread(row.cpuMs),
        withSpread(row.serverCpuMs),
        kib(row.bytes),
        row.requests.toFixed(0),
      ),
    ),
  ];
}

function line(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function withSpread({ median, spread }: Ratio): string {
  return `${median.toFixed(1)} ± ${(spread * 100).toFixed(0)}%`;
}

function more(shares: readonly number[]): string {
  const percent = (share: number) => `${share < 0 ? '' : '+'}${(share * 100).toFixed(0)}%`;
  return `${percent(median(shares))} (${percent(Math.min(...shares))} to ${percent(Math.max(...shares))})`;
}

function kib(bytes: number): string {
  return (bytes / 1_024).toFixed(0);
}
